export type { DocumentSource, ManagementOptions, ManagementServer } from './options.js';
export { createManagementServer } from './server.js';
