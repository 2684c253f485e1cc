/**
 * For the tests of guarded services: an issuer with real keys and real signatures, and no network.
 *
 * Owns: test keys, a ring in memory, tokens good and bad. Leaves: the verdicts to the real verifier.
 */
export { createTestKey, type TestKey } from './keys.js';
export { MemoryRingNode } from './memory-ring-node.js';
export {
  createTestIssuer,
  type RawToken,
  signSessionToken,
  type TestClaims,
  TestIssuer,
  type TestIssuerOptions,
} from './test-issuer.js';
export { TestRing } from './test-ring.js';
