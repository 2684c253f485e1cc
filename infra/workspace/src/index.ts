/** What tests of the repository as a whole share. Owns a copy of the workspace that commands may change. */
export { WorkspaceCopy } from './copy.js';
