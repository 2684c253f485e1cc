import type { Step } from '../search/search.js';
import {
  ACCEPTED,
  AGE,
  CHURN,
  DECLARED,
  DOWN,
  FELL,
  FILE,
  GEN,
  GHOST_AGE,
  GHOST_LOADED,
  LOADED,
  NOBODY,
  PHASE,
  PHASES,
  PROJECTED,
  PROOF,
  REPORT,
  REPORTS,
  SHOWN,
  VIEW,
} from './layout.js';
import { STATES } from './rings.js';
import type { World } from './world.js';

/** A counterexample, one line a step: the action and what it changed. */
export function describeTrace(world: World, trace: readonly Step[]): string[] {
  let before: ReadonlyMap<string, string> = new Map();
  return trace.map(({ action, state }, index) => {
    const now = facts(world, state);
    const changes = [...now]
      .filter(([name, value]) => before.get(name) !== value)
      .map(([name, value]) => `${name} ${value}`);
    before = now;
    return `${String(index + 1).padStart(3)}. ${action}: ${changes.join(', ') || 'nothing else'}`;
  });
}

const kids = (mask: number): string =>
  Array.from({ length: 8 }, (_, kid) => kid)
    .filter((kid) => (mask >> kid) & 1)
    .map((kid) => `k${kid + 1}`)
    .join('+') || 'none';

function facts({ moves }: World, state: Uint8Array): Map<string, string> {
  const { layout } = moves;
  const byte = (at: number): number => state[at] as number;
  const truth = moves.truth(state);
  const found = new Map<string, string>([
    ['generation', `${byte(GEN)} [${truth.state.map((rank, kid) => `k${kid + 1} ${STATES[rank]}`).join(' ')}]`],
    ['proven', kids(truth.proven)],
    ['projected', `${byte(PROJECTED)}`],
    ['declared', kids(byte(DECLARED))],
    ['churn left', `${byte(CHURN)}`],
    ['rank fell', `${byte(FELL) === 1}`],
    ['zombie', byte(GHOST_LOADED) === 0 ? 'none' : `at ${byte(GHOST_LOADED)}, contact ${byte(GHOST_AGE)} ago`],
  ]);
  for (let kid = 0; kid < layout.kids; kid++) {
    found.set(`credential of k${kid + 1}`, `${byte(layout.token + kid)} ticks`);
    found.set(`drain of k${kid + 1}`, `${byte(layout.drain + kid)} ticks`);
  }
  for (let pod = 0; pod < layout.pods; pod++) {
    const at = moves.podAt(pod);
    const name = moves.isIssuer(pod) ? `i${pod + 1}` : `v${pod + 1 - layout.issuers}`;
    const memory = `${PHASES[byte(at + PHASE)]}, memory ${byte(at + LOADED)}, file ${byte(at + FILE)}`;
    const reported = `contact ${byte(at + AGE)} ago, reported ${REPORTS[byte(at + REPORT)]} (down ${byte(at + DOWN)})`;
    found.set(name, `(${memory}, ${reported})`);
  }
  for (let operator = 0; operator < layout.operators; operator++) {
    const at = moves.opAt(operator);
    const proof = byte(at + PROOF) === NOBODY ? 'no limit' : byte(at + PROOF);
    const rest = `canary ${byte(at + ACCEPTED) === 1 ? 'accepted' : 'not accepted'}, shown for ${byte(at + SHOWN)}`;
    found.set(`o${operator + 1}`, `(read ${byte(at + VIEW)}, proof ${proof}, ${rest})`);
  }
  return found;
}
