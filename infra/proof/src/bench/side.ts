/**
 * One side of the benchmark in a process of its own: a one-route NestJS application on Express or Fastify.
 * `node side.js '{"framework":"fastify","variant":"stock",…}'`; sends its port to the parent when it listens.
 */
import 'reflect-metadata';
import { Controller, Get, Module, type INestApplication, type ModuleMetadata } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { VARIANTS, type SideConfig } from './variants/index.js';

@Controller()
class HelloController {
  @Get('hello')
  hello() {
    return { hello: 'world' };
  }
}

const config = JSON.parse(process.argv[2] ?? '{}') as SideConfig;
const variant = VARIANTS[config.variant];
if (!variant) throw new TypeError(`No variant is called "${config.variant}".`);
const parts: ModuleMetadata = await variant(config);

@Module({ controllers: [HelloController], imports: parts.imports ?? [], providers: parts.providers ?? [] })
class BenchmarkModule {}

const adapter = config.framework === 'fastify' ? new FastifyAdapter() : new ExpressAdapter();
const app: INestApplication = await NestFactory.create(BenchmarkModule, adapter, { logger: ['error'] });
await app.listen(0, '127.0.0.1');
const { port } = app.getHttpServer().address() as { port: number };
process.once('disconnect', () => process.exit());
process.send?.({ port });
