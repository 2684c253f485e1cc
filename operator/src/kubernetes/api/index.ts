export { type ApiCallEvent, type ApiClient, createApiClient } from './client.js';
export { type Connection, inClusterConnection } from './connection.js';
export { Election, type ElectionEvent, type Term } from './election.js';
export { ApiError, type ApiErrorKind, isApiError } from './errors.js';
export { ConnectionError, kubeconfigConnection } from './kubeconfig.js';
export type { Lease } from './lease.js';
export * from './objects.js';
export { type CacheEvent, ResourceCache } from './resource-cache.js';
