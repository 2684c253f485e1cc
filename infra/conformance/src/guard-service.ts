import 'reflect-metadata';
import {
  createPostgresSessionStore,
  CurrentUser,
  GuardModule,
  type GuardModuleOptions,
  ManagementModule,
  PathUser,
  type Principal,
  Roles,
} from '@keyturn/guard';
import { Controller, Get, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { Pool } from 'pg';
import { readGuardServiceEnvironment } from './environment.js';

/** The smallest guarded service in TypeScript, as a process: the routes that docs/receipts.md asks of a candidate. */
@PathUser('userId')
@Controller('api/:userId/reports')
class ReportsController {
  @Get('access')
  access(@CurrentUser() user: Principal) {
    return { userId: user.userId, method: user.method, roles: user.roles };
  }

  @Roles('admin')
  @Get('keys')
  keys() {
    return {};
  }
}

const DRAIN_MS = 300;
let ending = false;

const environment = readGuardServiceEnvironment();
const { ring, role, urls, ringsDir, stateDir, podUid, audience, issuer, sessionDatabaseUrl, cookies } = environment;
const node = { ring, role, urls, stateDir, podUid, ...(ringsDir !== undefined && { ringsDir }) };

const options = (): GuardModuleOptions => {
  if (sessionDatabaseUrl === undefined) {
    const method = role === 'holder' ? 'sharedSecret' : 'ring';
    return { method, audience, node, ...(issuer !== undefined && { issuer }) };
  }
  const pool = new Pool({ connectionString: sessionDatabaseUrl });
  // A connection that breaks while nobody uses it is replaced at the next use.
  pool.on('error', () => undefined);
  const store = createPostgresSessionStore({ pool });
  return { method: 'session', store, node, cookie: cookies };
};

@Module({
  imports: [
    GuardModule.forRoot(options()),
    ManagementModule.forRoot({ port: environment.managementPort, host: '127.0.0.1', ready: () => !ending }),
  ],
  controllers: [ReportsController],
})
class AppModule {}

const adapter = new FastifyAdapter();
adapter.getInstance().addHook('onSend', (_request, reply, _payload, done) => {
  if (ending) reply.header('connection', 'close');
  done();
});
const app = await NestFactory.create(AppModule, adapter, { logger: ['error'] });

/** Not ready first, then a moment in which a load balancer finds out, then the end. */
process.on('SIGTERM', () => {
  if (ending) return;
  ending = true;
  setTimeout(() => {
    void app.close().then(() => process.exit(0));
  }, DRAIN_MS);
});
await app.listen(environment.port, '127.0.0.1');
