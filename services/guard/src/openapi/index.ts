/**
 * The guard in an OpenAPI document (`@keyturn/guard/openapi`): a lock and the refusals on guarded routes, on no others.
 *
 * Owns: what the guard adds to each operation. Leaves the document itself to @nestjs/swagger, which is loaded only by
 * those who import this entry.
 */
export { createGuardedDocument } from './guarded-document.js';
export { SECURITY_SCHEME } from './operation.js';
