import { type AnyRingDocument, isAccepted, type RingDocument, toPublicDocument } from '@keyturn/keyring/document';
import type { PublicRingDocument } from '@keyturn/keyring/document';
import type { RingPolicy } from '@keyturn/operator/engine';
import type { RotationRequest, RunRecord } from '@keyturn/operator';
import type { SimulatedBug } from './bugs.js';
import { Oracle } from './oracle.js';
import type { Pod } from './pod.js';
import { Random } from './random.js';
import { VirtualTime } from './virtual-time.js';

/** How bad this seed's world is; every seed draws its own. Milliseconds. */
export interface Weather {
  /** Longest time that half a call of the API server takes. */
  readonly callMs: number;
  readonly callFails: number;
  /** Chance that a call is answered with an error although it was carried out. */
  readonly answerLost: number;
  /** How far a mount may lag behind. */
  readonly mountLagMs: number;
  readonly refreshMs: number;
  readonly chaosMs: number;
  readonly reportLagMs: number;
  /** Longest time for which a pod is cut off. */
  readonly cutMs: number;
  /** Chance that a crashed container is down for minutes. */
  readonly longDown: number;
}

export const START = Date.UTC(2030, 0, 1);

/** Everything that exists once, whatever happens to processes: the API server's objects, the time, and the trace. */
export class Cluster {
  readonly random: Random;
  readonly time: VirtualTime;
  readonly weather: Weather;
  readonly pods = new Map<string, Pod>();
  readonly oracle = new Oracle(this);
  readonly requests: RotationRequest[] = [];
  readonly runs = new Map<string, RunRecord>();
  readonly declared = new Set<string>();
  /** Every ring ever committed, oldest first. */
  readonly history: { readonly at: number; readonly ring: RingDocument }[] = [];
  policy: RingPolicy;
  projection: PublicRingDocument;
  apiDownUntil = 0;
  commits = 0;
  violation: string | undefined;
  hash = 0x811c9dc5;
  readonly lines: string[] = [];
  readonly #names = new Map<string, string>();
  readonly #accepted = new WeakMap<AnyRingDocument, ReadonlySet<string>>();

  constructor(
    seed: number,
    readonly bug: SimulatedBug | undefined,
    private readonly keepsLines: boolean,
    first: RingDocument,
    policy: RingPolicy,
  ) {
    this.random = new Random(seed);
    this.time = new VirtualTime(START, this.random);
    this.policy = policy;
    this.history.push({ at: START, ring: first });
    this.projection = toPublicDocument(first);
    const { random } = this;
    this.weather = {
      callMs: random.pick([2, 20, 300]),
      callFails: random.pick([0, 0.01, 0.05]),
      answerLost: random.pick([0, 0.01, 0.05]),
      mountLagMs: random.pick([500, 5_000, 40_000]),
      refreshMs: random.pick([500, 3_000, 20_000]),
      chaosMs: random.pick([1_000, 4_000, 15_000]),
      reportLagMs: random.pick([0, 5_000, 30_000]),
      cutMs: random.pick([5_000, 20_000, 100_000]),
      longDown: random.pick([0, 0, 0.3]),
    };
  }

  get truth(): RingDocument {
    return (this.history.at(-1) as { ring: RingDocument }).ring;
  }

  /** The ring as a mount shows it that lags by `ms`. */
  olderBy(ms: number): RingDocument {
    const then = this.time.now - ms;
    const found = this.history.findLast(({ at }) => at <= then) ?? this.history[0];
    return (found as { ring: RingDocument }).ring;
  }

  accepted(ring: AnyRingDocument): ReadonlySet<string> {
    let kids = this.#accepted.get(ring);
    if (!kids) {
      kids = new Set(ring.keys.filter(({ state }) => isAccepted(state)).map(({ kid }) => kid));
      this.#accepted.set(ring, kids);
    }
    return kids;
  }

  /** Kids are random; in the trace they are called by the order in which they appeared. */
  name(kid: string): string {
    const name = this.#names.get(kid) ?? `k${this.#names.size + 1}`;
    this.#names.set(kid, name);
    return name;
  }

  say(ring: RingDocument): string {
    const keys = ring.keys.map(({ kid, state, provenAt }) => `${this.name(kid)} ${state}${provenAt ? '!' : ''}`);
    return `g${ring.generation} [${keys.join(', ')}]`;
  }

  note(line: string): void {
    const text = `${this.time.now - START} ${line}`;
    for (let index = 0; index < text.length; index++) {
      this.hash = Math.imul(this.hash ^ text.charCodeAt(index), 0x01000193) >>> 0;
    }
    if (this.keepsLines) this.lines.push(text);
  }

  violate(what: string): void {
    if (this.violation !== undefined) return;
    this.violation = what;
    this.note(`VIOLATED ${what}`);
  }
}
