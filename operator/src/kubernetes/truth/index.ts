export * from './names.js';
export { ForeignObjectError } from './claims.js';
export { KubernetesTruth, type TruthOptions } from './truth-store.js';
