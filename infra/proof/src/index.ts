/**
 * The proof: users who go on with their work while keys rotate and things break, a ledger of every request, and a verdict
 * on what failed. Used by the end-to-end tests and the soak.
 */
export { RogueOperator } from './controls/rogue.js';
export { startStockIssuer, type StockIssuer } from './controls/stock-issuer.js';
export { findPython } from './independent/python.js';
export { verifyWithPyJwt } from './independent/verify.js';
export { Ledger } from './ledger/columns.js';
export type { Entry, Outcome, Service } from './ledger/entry.js';
export type { Fault, FaultKind } from './ledger/fault.js';
export { againstRotation, judge, type Revocation, tally, type Verdict } from './ledger/judge.js';
export type { CrowdPlan } from './load/crowd.js';
export { type Crowd, startCrowd } from './load/start-crowd.js';
export type { Lives } from './load/world.js';
export { ended, readRun, submit } from './rotation/requests.js';
export { type Rotation, type RotationPlan, Rotations, rotate } from './rotation/rotations.js';
export { Campaign, type CampaignOptions } from './campaign/campaign.js';
export { dumpFailures, inWords } from './campaign/dump.js';
export type { CampaignResult } from './campaign/result.js';
export { CROWD, platformOptions, SESSION_RING, SHORT, TOKEN_RING, type TokenAlgorithm } from './campaign/setting.js';
export { OPERATOR_POINTS, REVOCATION_POINTS } from './faults/operator-points.js';
export { type DocumentServer, startDocumentServer } from './controls/document-server.js';
export { Browser } from './load/browser.js';
export { Visitor } from './load/people/visitor.js';
export { connections, type World } from './load/world.js';
export { httpMailbox } from './load/http-mailbox.js';
export { askByCanary, askByRoute, type Refusal, watchProcess } from './revocation/probe.js';
export { summary, totalRotations } from './campaign/summary.js';
