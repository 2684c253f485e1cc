export * from './document/index.js';
export type { Clock } from './clock.js';
export { systemClock } from './system-clock.js';
export { digestOf } from './digest.js';
export { type RingEvent, type RingLogger, silentLogger } from './logger.js';
export * from './receipt.js';
export type {
  CanaryVerifier,
  LoadedRing,
  RingListener,
  RingNode,
  RingStanding,
  RingView,
  Signer,
} from './ring-node.js';
export type { TruthReader, TruthStore } from './truth.js';
export {
  type ApiRequest,
  type ApiServer,
  type ApiServerOptions,
  apiServerUrl,
  createApiServer,
} from './sources/api-server.js';
export { type ApiTruthOptions, createKubernetesTruthReader } from './sources/truth-api.js';
export { createFileTruthReader, truthFileName } from './sources/truth-file.js';
export { createRingNode } from './node/create-ring-node.js';
export type { RingNodeOptions } from './node/options.js';
export { createFileSource, type FileSource, type FileSourceOptions } from './sources/file-source.js';
export { createHttpSource, type FetchOptions, type HttpSource, type HttpSourceOptions } from './sources/http-source.js';
export { shareNextRead } from './sources/next-read.js';
export { createJwksSource, type JwksSource, type JwksSourceOptions } from './sources/jwks-source.js';
