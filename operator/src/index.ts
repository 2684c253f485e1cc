/** The operator as a library: its records, planner, engine and local driver. */
export * from './engine/index.js';
export { asRingKey, generateKey, makeCanary } from './keys/index.js';
export { createFileTruthStore, createLocalDriver, type LocalDriver, parsePolicy } from './local/index.js';
export * as planner from './planner/index.js';
export { type OperatorOptions, runOperator } from './process/run-operator.js';
export type * from './records/index.js';
