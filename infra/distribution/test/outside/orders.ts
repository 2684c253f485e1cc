// A guarded service as somebody writes it in a repository of their own, from the packages alone.
import 'reflect-metadata';
import { Controller, Get, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { CurrentUser, GuardModule, PathUser, Permissions, type Principal } from '@keyturn/guard';
import { createTestIssuer } from '@keyturn/guard/testing';
import { parseDuration } from '@keyturn/keyring/document';
import { createLogger, type Logger } from '@keyturn/runtime';

const issuer = createTestIssuer();
const logger: Logger = createLogger({ service: 'orders', level: 'silent', format: 'json' });

@Controller('api/:userId/orders')
class OrdersController {
  @Get()
  @PathUser('userId')
  @Permissions('orders:read')
  list(@CurrentUser() user: Principal): { readonly of: string } {
    logger.info({ user: user.userId }, 'listed');
    return { of: user.userId };
  }
}

@Module({ imports: [GuardModule.forRoot(issuer.guardOptions())], controllers: [OrdersController] })
class AppModule {}

const app = await NestFactory.create(AppModule, new FastifyAdapter(), { logger: false });
await app.listen(0, '127.0.0.1');
const token = issuer.mint({ sub: 'anna', permissions: ['orders:read'] });
await issuer.rotate();
const said = { url: await app.getUrl(), token, expired: issuer.expired(), quarterHourMs: parseDuration('15m') };
process.stdout.write(`${JSON.stringify(said)}\n`);
