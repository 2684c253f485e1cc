/**
 * The issuer: Better Auth hosted in NestJS. Its accounts and sessions live in PostgreSQL; its tokens are signed by a ring of
 * signing keys, its session secret is a ring of its own. See README.md for what a change of the secret carries over.
 */
export { authService } from './auth-service.js';
export type { AuthConfiguration } from './configuration/variables.js';
export { migrate } from './database/migrations.js';
export { readAuthConfiguration, readMigrationConfiguration } from './environment.js';
