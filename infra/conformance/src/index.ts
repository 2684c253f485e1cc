/**
 * Runs any implementation of the receipt contract (docs/receipts.md) as a real process, against real document servers.
 * The tests are in `test`; which programs they run is in candidates.ts.
 */
export { type Candidate, findCandidates } from './candidates.js';
export { ISSUER, makeCanary, makeOpaqueCanary, makeToken, signCookie, type TokenOptions } from './credentials.js';
export { type DocumentServer, startDocumentServer } from './document-server.js';
export { type HostileServer, startHostileServer } from './hostile-server.js';
export { findPython, type Python, REPORTS_FOLDER } from './python.js';
export { type Answer, type PodVariables, Running } from './running.js';
