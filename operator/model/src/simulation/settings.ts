import type { RingSettings } from '@keyturn/keyring/document';
import type { SimulatedBug } from './bugs.js';

/** What is true of the simulated world, and what its ring says unless a bug is seeded. */
export const REAL: RingSettings = {
  maxCredentialLifetimeMs: 10_000,
  clockSkewMs: 1_000,
  clockErrorMs: 500,
  issuerLeaseMs: 8_000,
  restartGraceMs: 8_000,
  hardLimitMs: 86_400_000,
  maxLiveKeys: 8,
  stalledAfterMs: 20_000,
  rotationIntervalMs: 30_000,
  paused: false,
  encryptsData: false,
};

export const saidOfTheRing = (bug: SimulatedBug | undefined): RingSettings => ({
  ...REAL,
  ...(bug === 'skew-in-drain' && { clockSkewMs: 0, clockErrorMs: 0 }),
  ...(bug === 'lease-in-drain' && { issuerLeaseMs: 0 }),
});
