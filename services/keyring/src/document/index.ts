/** The ring document as pure data: what pure code elsewhere may import (`@keyturn/keyring/document`). */
export * from './document.js';
export { KeyringError, type KeyringErrorCode } from './errors.js';
export { parseRingDocument, RING_NAME, SCHEMA_VERSION, serializeRingDocument } from './codec.js';
export { DURATION_RULE, formatDuration, parseDuration } from './duration.js';
export { formatTime, parseTime, TIME_RULE } from './time.js';
export { canonicalForm } from './canonical.js';
export { type RingJwks, toJwks } from './jwks.js';
