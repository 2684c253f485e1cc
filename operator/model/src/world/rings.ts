import type { RingDocument, RingKey, RingSettings } from '@keyturn/keyring/document';

export type ModelState = 'none' | 'pending' | 'active' | 'draining' | 'compromised' | 'retired' | 'revoked';
export const STATES: readonly ModelState[] = [
  'none',
  'pending',
  'active',
  'draining',
  'compromised',
  'retired',
  'revoked',
];

/** One committed ring, as KeyRing.tla sees it. Sets of kids are bit masks. */
export interface Ring {
  readonly id: number;
  /** Indices into STATES, which are ranks too. */
  readonly state: readonly number[];
  readonly since: readonly number[];
  readonly proven: number;
  readonly accepted: number;
  readonly signing: number;
}

const bits = (flags: readonly boolean[]): number => flags.reduce((mask, flag, bit) => mask | (flag ? 1 << bit : 0), 0);

/** Every ring that was ever met, numbered from 1. */
export class Rings {
  readonly #byContent = new Map<string, Ring>();
  readonly #byId: Ring[] = [];

  of(state: readonly number[], since: readonly number[], proven: number): Ring {
    const content = `${state.join()};${since.join()};${proven}`;
    const known = this.#byContent.get(content);
    if (known) return known;
    const ring: Ring = {
      id: this.#byId.length + 1,
      state,
      since,
      proven,
      accepted: bits(state.map((rank) => rank >= 1 && rank <= 3)),
      signing: bits(state.map((rank) => rank === 2)),
    };
    if (ring.id > 0xffff) throw new RangeError('more rings than two bytes can number');
    this.#byContent.set(content, ring);
    this.#byId.push(ring);
    return ring;
  }

  at(id: number): Ring {
    const ring = this.#byId[id - 1];
    if (!ring) throw new RangeError(`no ring is number ${id}`);
    return ring;
  }
}

/** Epoch ms of the present in the documents that the planner is given; the past of a ring is at 0. */
export const NOW = 1_000 * 60_000;
/** One tick in milliseconds: the bound on the lag of reports. */
export const TICK = 60_000;

export const kidName = (index: number): string => `key-${index + 1}`;
const kidIndex = (kid: string): number => Number(kid.slice(4)) - 1;

/** The document that the shipped planner is given for a ring. Keys have no material: the planner never looks at it. */
export function toDocument(
  ring: Ring,
  generation: number,
  drain: readonly number[],
  settings: RingSettings,
): RingDocument {
  const keys = ring.state.flatMap((rank, index): RingKey[] => {
    const state = STATES[rank] as ModelState;
    if (state === 'none') return [];
    return [
      {
        kid: kidName(index),
        state,
        since: ring.since[index] as number,
        createdAt: 0,
        longestLifetimeMs: settings.maxCredentialLifetimeMs,
        ...(state === 'active' && { activatedAt: 0 }),
        ...(((ring.proven >> index) & 1) === 1 && { provenAt: 0 }),
        ...(state === 'draining' && { drainUntil: NOW + (drain[index] as number) * TICK }),
      },
    ];
  });
  return {
    form: 'full',
    version: 1,
    ringId: 'ring',
    ring: 'ring',
    generation,
    type: 'SigningKey',
    algorithm: 'ES256',
    settings,
    keys,
  };
}

export interface Written {
  readonly ring: Ring;
  readonly drain: readonly number[];
}

/** What a document says, for the world. Keys that the world cannot make any more are dropped. */
export function fromDocument(document: RingDocument, before: Ring, generation: number, rings: Rings): Written {
  const { length } = before.state;
  const state = Array.from({ length }, () => 0);
  const drain = Array.from({ length }, () => 0);
  let proven = 0;
  for (const key of document.keys) {
    const index = kidIndex(key.kid);
    if (index >= length) continue;
    state[index] = STATES.indexOf(key.state);
    if (key.state === 'pending' && key.provenAt !== undefined) proven |= 1 << index;
    if (key.state === 'draining') drain[index] = ((key.drainUntil as number) - NOW) / TICK;
  }
  const since = state.map((rank, index) =>
    rank === before.state[index] ? (before.since[index] as number) : generation,
  );
  return { ring: rings.of(state, since, proven), drain };
}
