export * from './document/document.js';
export { KeyringError, type KeyringErrorCode } from './document/errors.js';
export type { Clock } from './clock.js';
export * from './receipt.js';
export type {
  CanaryVerifier,
  LoadedRing,
  RingListener,
  RingNode,
  Signer,
} from './ring-node.js';
export type { TruthReader, TruthStore } from './truth.js';
