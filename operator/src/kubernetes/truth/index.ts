export * from './names.js';
export { ForeignObjectError } from './claims.js';
export { destroyRing } from './destroy.js';
export { KubernetesTruth, type TruthOptions } from './truth-store.js';
