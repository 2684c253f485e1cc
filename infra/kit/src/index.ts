/**
 * Nx generators for a workspace of services behind the guard. Owns: what a new service consists of, and every place of the
 * workspace that has to know of it. Leaves everything that services share to @keyturn/runtime and @keyturn/guard.
 *
 * Files import each other as `.ts`: inside its own workspace Nx loads them as they are.
 */
export { default as serviceGenerator, type ServiceOptions } from './service/generator.ts';
export { default as serviceRemoveGenerator, type ServiceRemoveOptions } from './service-remove/generator.ts';
