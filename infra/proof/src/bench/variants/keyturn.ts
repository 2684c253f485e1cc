import { GuardModule } from '@keyturn/guard';
import { createRingNode } from '@keyturn/keyring';
import { BENCH_RING } from '../ring-server.js';
import type { Variant } from './index.js';

/** The guard as a service uses it: the ring over HTTP, refreshed in the background. */
export const keyturn: Variant = async ({ audience, issuer, ringUrl, stateDir }) => {
  const node = createRingNode({ ring: BENCH_RING, role: 'verifier', stateDir, podUid: 'benchmark', urls: [ringUrl] });
  await node.start();
  return { imports: [GuardModule.forRoot({ method: 'ring', audience, issuer, node })] };
};
