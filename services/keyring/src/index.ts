export * from './document/index.js';
export type { Clock } from './clock.js';
export { systemClock } from './system-clock.js';
export { digestOf } from './digest.js';
export { type RingEvent, type RingLogger, silentLogger } from './logger.js';
export * from './receipt.js';
export type { CanaryVerifier, LoadedRing, RingListener, RingNode, Signer } from './ring-node.js';
export type { TruthReader, TruthStore } from './truth.js';
export { createFileTruthReader, truthFileName } from './sources/truth-file.js';
