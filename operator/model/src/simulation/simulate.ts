import { createHash } from 'node:crypto';
import { keysIn } from '@keyturn/keyring/document';
import { createRing } from '@keyturn/operator/planner';
import type { SimulatedBug } from './bugs.js';
import { Chaos } from './chaos.js';
import { Cluster, START } from './cluster.js';
import { saidOfTheRing } from './settings.js';

/** Virtual time with faults, then without. */
const CHAOS_MS = 180_000;
const QUIET_MS = 150_000;

export interface Simulated {
  readonly seed: number;
  readonly violation: string | undefined;
  /** FNV-1a over the trace: the same seed gives the same. */
  readonly hash: number;
  readonly events: number;
  readonly commits: number;
  readonly activations: number;
  readonly credentials: number;
  /** The trace, if it was asked for. */
  readonly lines: readonly string[];
}

const secret = (seed: number, index: number): { kid: string; secret: string } => {
  const text = createHash('sha256').update(`${seed}/${index}`).digest('base64url');
  return { kid: `first-${index}`, secret: text };
};

/** One world from one seed: two operators, two issuers, three verifiers, one ring. */
export async function simulate(seed: number, bug?: SimulatedBug, keepsLines = false): Promise<Simulated> {
  const settings = saidOfTheRing(bug);
  const about = { ring: 'ring', type: 'SharedSecret', algorithm: 'opaque', settings } as const;
  const first = createRing({ ...about, ringId: 'the-ring' }, secret(seed, 1), secret(seed, 2), START);
  const cluster = new Cluster(seed, bug, keepsLines, first, { ...about, outside: [], historyLimit: 5 });
  const chaos = new Chaos(cluster);
  chaos.begin();
  void chaos.run(START + CHAOS_MS);
  await cluster.time.run(START + CHAOS_MS + QUIET_MS, () => cluster.oracle.check());
  if (cluster.violation === undefined) cluster.oracle.settled();
  const activations = cluster.history.filter(({ ring }, index) => {
    const before = cluster.history[index - 1]?.ring;
    return before && keysIn(ring.keys, 'active')[0]?.kid !== keysIn(before.keys, 'active')[0]?.kid;
  }).length;
  return {
    seed,
    violation: cluster.violation,
    hash: cluster.hash,
    events: cluster.time.events,
    commits: cluster.commits,
    activations,
    credentials: cluster.oracle.credentials,
    lines: cluster.lines,
  };
}
