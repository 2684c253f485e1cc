import type { Configuration } from '../configuration.js';
import { FELL, LOADED, PHASE, READY } from './layout.js';
import type { Moves } from './moves.js';
import { STATES } from './rings.js';

type Check = (state: Uint8Array) => boolean;

/** The invariants and probes of KeyRing.tla, by the same names. A probe is meant to be violated. */
export function violated(moves: Moves, names: Configuration['checks']): (state: Uint8Array) => string | undefined {
  const { issuers, pods } = moves.layout;
  const checks: Readonly<Record<Configuration['checks'][number], Check>> = {
    TypeOK: () => true,
    S1: (state) => !refuses(moves, state, issuers, pods),
    S1I: (state) => !refuses(moves, state, 0, issuers),
    S2: (state) => !acceptsRevoked(moves, state, issuers, pods),
    S2I: (state) => !acceptsRevoked(moves, state, 0, issuers),
    S3: (state) => [0, 1, 2, 4, 8, 16, 32].includes(moves.truth(state).signing),
    S4: (state) => state[FELL] === 0,
    NeverRetired: (state) => !has(moves, state, 'retired'),
    NeverRevoked: (state) => !has(moves, state, 'revoked'),
    NeverInherited: (state) => !inherited(moves, state),
  };
  const wanted = names.map((name) => [name, checks[name]] as const);
  return (state) => wanted.find(([, holds]) => !holds(state))?.[0];
}

const has = (moves: Moves, state: Uint8Array, name: (typeof STATES)[number]): boolean =>
  moves.truth(state).state.includes(STATES.indexOf(name));

const inherited = (moves: Moves, state: Uint8Array): boolean => {
  const { state: ranks, since } = moves.truth(state);
  const heir = ranks.indexOf(STATES.indexOf('active'));
  return ranks.some((rank, kid) => STATES[rank] === 'compromised' && since[kid] === since[heir]);
};

/** Kids that every ready process among pods `from` to `to` accepts, and those that at least one accepts. */
function acceptance(moves: Moves, state: Uint8Array, from: number, to: number): { all: number; any: number } {
  let all = ~0;
  let any = 0;
  for (let pod = from; pod < to; pod++) {
    const at = moves.podAt(pod);
    if (state[at + PHASE] !== READY) continue;
    const { accepted } = moves.ring(state, state[at + LOADED] as number);
    all &= accepted;
    any |= accepted;
  }
  return { all, any };
}

function refuses(moves: Moves, state: Uint8Array, from: number, to: number): boolean {
  const { all } = acceptance(moves, state, from, to);
  for (let kid = 0; kid < moves.layout.kids; kid++) {
    if ((state[moves.layout.token + kid] as number) === 0 || moves.isDeclared(state, kid)) continue;
    if (((all >> kid) & 1) === 0) return true;
  }
  return false;
}

function acceptsRevoked(moves: Moves, state: Uint8Array, from: number, to: number): boolean {
  const { any } = acceptance(moves, state, from, to);
  return moves.truth(state).state.some((rank, kid) => STATES[rank] === 'revoked' && ((any >> kid) & 1) === 1);
}
