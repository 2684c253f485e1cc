import { createGuardedDocument } from '@keyturn/guard/openapi';
import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import { SESSION_SCHEME } from './described.js';

/** Serves the document of the admin API where every service has its own, `/openapi.json`. Better Auth's calls are not in it. */
export const serveAdminDocument = (app: INestApplication, cookie: string): void => {
  const base = new DocumentBuilder()
    .setTitle('Administration')
    .setDescription('Users, clients, keys and security events, for administrators')
    .setVersion('1')
    .addCookieAuth(cookie, undefined, SESSION_SCHEME)
    .build();
  SwaggerModule.setup('openapi', app, createGuardedDocument(app, base), {
    ui: false,
    raw: ['json'],
    jsonDocumentUrl: '/openapi.json',
  });
};
