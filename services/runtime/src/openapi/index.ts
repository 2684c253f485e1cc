/** A service's OpenAPI document (`@keyturn/runtime/openapi`). What is guarded is told by the guard's own decorators. */
export { ApiProblems } from './problems.js';
export { type OpenApiOptions, serveOpenApi } from './serve.js';
