/**
 * The management port that every process of the platform has (`@keyturn/keyring/management`): plain node:http, so that it
 * answers whatever framework the service itself uses. It owns the wire of receipts, canaries and ring documents; what
 * they say comes from the ring nodes.
 */
export { createManagementServer } from './server.js';
export type { DocumentProvider, ManagementOptions, ManagementServer, MetricsText } from './options.js';
export { type Problem, problemOf } from './problem.js';
