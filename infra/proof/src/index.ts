export { Ledger } from './ledger/columns.js';
export type { Entry, Outcome, Service } from './ledger/entry.js';
export type { Fault, FaultKind } from './ledger/fault.js';
export { againstRotation, judge, type Revocation, tally, type Verdict } from './ledger/judge.js';
