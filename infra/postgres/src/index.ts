/**
 * A real PostgreSQL for development and tests, from npm alone: no container, no package manager, no root account needed
 * and none in the way.
 *
 * Owns: where the binaries are, the account they run as, the life of a postmaster (also one whose parent died without
 * saying goodbye), temporary clusters, and the creation of databases. Leaves schemas to the services' migrations.
 */
export { removeCluster, stopLeftServer } from './cluster.js';
export { startPostgres } from './server.js';
export { freePort } from './free-port.js';
export { usePostgres } from './external.js';
export type { Database, PostgresOptions, PostgresServer, RestartOptions } from './types.js';
