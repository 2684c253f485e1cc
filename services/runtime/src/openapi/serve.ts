import { createGuardedDocument } from '@keyturn/guard/openapi';
import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';

export interface OpenApiOptions {
  readonly title: string;
  readonly description: string;
  readonly version: string;
  /** Where the document is served, default `/openapi.json`. */
  readonly path?: string;
}

/** Serves the document of all routes, to everyone. No user interface: any tool can show it. */
export const serveOpenApi = (app: INestApplication, options: OpenApiOptions): void => {
  const { title, description, version, path = '/openapi.json' } = options;
  const base = new DocumentBuilder().setTitle(title).setDescription(description).setVersion(version).build();
  SwaggerModule.setup('openapi', app, createGuardedDocument(app, base), {
    ui: false,
    raw: ['json'],
    jsonDocumentUrl: path,
  });
};
