import type { PrivateJwk, RingDocument } from '@keyturn/keyring';
import { createManagementServer } from '@keyturn/keyring/management';
import { ISSUER, type Mint } from './tokens.js';

export const BENCH_RING = 'access-tokens';

const document = (mint: Mint): RingDocument => ({
  form: 'full',
  version: 1,
  ringId: 'benchmark',
  ring: BENCH_RING,
  generation: 1,
  type: 'SigningKey',
  algorithm: 'ES256',
  issuer: ISSUER,
  settings: {
    maxCredentialLifetimeMs: 3_600_000,
    clockSkewMs: 30_000,
    clockErrorMs: 5_000,
    issuerLeaseMs: 3_600_000,
    restartGraceMs: 3_600_000,
    hardLimitMs: 86_400_000,
    maxLiveKeys: 8,
    stalledAfterMs: 60_000,
    rotationIntervalMs: null,
    paused: false,
    encryptsData: false,
  },
  keys: [
    {
      kid: mint.kid,
      state: 'active',
      since: 1,
      createdAt: Date.now(),
      activatedAt: Date.now(),
      longestLifetimeMs: 3_600_000,
      jwk: mint.privateJwk as unknown as PrivateJwk,
    },
  ],
});

/** Serves the ring of the benchmark's tokens as an operator would. */
export async function startRingServer(mint: Mint): Promise<{ url: string; close(): Promise<void> }> {
  const ring = document(mint);
  const documents = { document: async (name: string) => (name === BENCH_RING ? ring : undefined) };
  const server = createManagementServer({ port: 0, host: '127.0.0.1', documents });
  const { url } = await server.start();
  return { url, close: () => server.stop() };
}
