/**
 * For tests of whatever builds on the key ring (`@keyturn/keyring/testing`): rings with real keys that can be rotated, a
 * truth with faults, a clock that moves when told to, and a mount written as Kubernetes writes it. Nothing here is faked
 * that a user would have for real: the keys sign, the documents pass the codec.
 */
export { createTestKeyMaterial, type TestKeyMaterial } from './keys.js';
export { createManualClock, type ManualClock } from './manual-clock.js';
export { createTestMount, type TestMount } from './test-mount.js';
export { createTestRing, TEST_SETTINGS, TestRing, type TestRingOptions } from './test-ring.js';
export { createTestTruth, type TestTruth } from './test-truth.js';
