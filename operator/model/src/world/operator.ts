import type { RingSettings } from '@keyturn/keyring/document';
import {
  applyPlan,
  canaryHolders,
  type Evidence,
  type FreshKey,
  freshKeysFor,
  type GatheredConsumer,
  judgeEvidence,
  NO_LIMIT,
  type Plan,
  planRotation,
} from '@keyturn/operator/planner';
import type { Configuration } from '../configuration.js';
import type { Rule } from '../rules.js';
import { NOBODY, REPORTS } from './layout.js';
import { fromDocument, kidName, NOW, type Ring, type Rings, TICK, toDocument, type Written } from './rings.js';

/** A pod at the moment in which it is listed. */
export interface ListedPod {
  readonly index: number;
  readonly issuer: boolean;
  readonly ready: boolean;
  readonly answers: boolean;
  readonly loaded: number;
  readonly file: number;
  readonly report: number;
  readonly downTicks: number;
  /** Kids that it accepts. */
  readonly accepts: number;
}

/** What an operator keeps of a round of gathering. */
export interface Proof {
  readonly proof: number;
  readonly accepted: boolean;
}

export interface Decision {
  readonly generation: number;
  readonly ring: Ring;
  readonly drain: readonly number[];
  readonly proof: Proof;
  readonly declared: number;
  readonly offset: number;
}

/** The settings under which D has the length that KeyRing.tla gives it. */
function settingsOf(configuration: Configuration, keeps: (rule: Rule) => boolean): RingSettings {
  const { lifetime, skew, opSkew, lease, grace } = configuration;
  const missing = (keeps('skew-in-drain') ? 0 : skew) + (keeps('operators-in-drain') ? 0 : opSkew);
  return {
    maxCredentialLifetimeMs: lifetime * TICK,
    clockSkewMs: (skew - opSkew - missing) * TICK,
    clockErrorMs: (opSkew * TICK) / 2,
    issuerLeaseMs: keeps('lease-in-drain') ? lease * TICK : 0,
    restartGraceMs: keeps('grace-wait') ? grace * TICK : 0,
    hardLimitMs: 1000 * TICK,
    maxLiveKeys: 1000,
    stalledAfterMs: 1000 * TICK,
    rotationIntervalMs: TICK,
    paused: false,
    encryptsData: false,
  };
}

const kidsOf = (mask: number, kids: number): string[] =>
  Array.from({ length: kids }, (_, index) => index)
    .filter((index) => (mask >> index) & 1)
    .map(kidName);

const freshKey = (kid: number): FreshKey => ({ kid: kidName(kid), secret: 'made outside' });
const PENDING = 1;
const ACTIVE = 2;

/** The shipped operator, as far as it decides: every answer comes from `judgeEvidence`, `planRotation`, `applyPlan`. */
export class ShippedOperator {
  readonly #settings: RingSettings;
  readonly #decisions = new Map<string, Written | undefined>();

  constructor(
    private readonly configuration: Configuration,
    private readonly rings: Rings,
    private readonly keeps: (rule: Rule) => boolean,
  ) {
    this.#settings = settingsOf(configuration, keeps);
  }

  /** Judges what was gathered. `shown` = ticks for which the projection has been stored. */
  judge(ring: Ring, generation: number, shown: number, listed: readonly ListedPod[]): Proof {
    const pending = ring.state.indexOf(PENDING);
    const evidence = judgeEvidence({
      ringId: 'ring',
      generation,
      restartGraceMs: this.#settings.restartGraceMs,
      projectedAt: this.keeps('since-projection') && this.keeps('report-lag') ? NOW - shown * TICK : 0,
      listedAt: NOW,
      canaryFor: pending < 0 ? null : kidName(pending),
      consumers: listed
        .filter(
          ({ ready, issuer }) => (ready || this.keeps('count-not-ready')) && (!issuer || this.keeps('count-issuers')),
        )
        .map((pod) => this.#consumer(pod, pending)),
    });
    return {
      proof: evidence.minV === NO_LIMIT ? NOBODY : evidence.minV,
      accepted: pending >= 0 && canaryHolders(evidence).length === 0,
    };
  }

  #consumer(pod: ListedPod, pending: number): GatheredConsumer {
    const { index, issuer, answers, loaded, file, report, downTicks, accepts } = pod;
    const id = `pod-${index}`;
    const running = !this.configuration.watch || REPORTS[report] === 'running';
    const said = {
      loaded: this.keeps('loaded-counts') ? loaded : file,
      durable: this.keeps('durable-counts') ? file : loaded,
    };
    return {
      name: id,
      podUid: id,
      role: issuer ? 'issuer' : 'verifier',
      lastDurable: loaded > 0 && this.keeps('silent-loaded') ? Math.min(loaded, file) : file,
      reported: {
        state: running ? 'running' : REPORTS[report] === 'never' ? 'neverStarted' : 'notRunning',
        since: this.keeps('report-lag') ? NOW - downTicks * TICK : 0,
      },
      ...(answers && { receipt: { ringId: 'ring', podUid: id, bootId: id, ...said } }),
      ...(answers && pending >= 0 && { canary: { accepted: ((accepts >> pending) & 1) === 1 } }),
    };
  }

  /** The write that the operator makes; undefined when it waits, or when the world can make no further key. */
  decide(decision: Decision, next: number): Written | undefined {
    const { ring, drain, proof, declared, offset, generation } = decision;
    const key = `${ring.id};${drain.join()};${proof.proof};${proof.accepted};${declared};${offset};${generation};${next}`;
    if (!this.#decisions.has(key)) this.#decisions.set(key, this.#write(decision, next));
    return this.#decisions.get(key);
  }

  #write(decision: Decision, next: number): Written | undefined {
    const { ring, generation, drain, offset } = decision;
    const document = toDocument(ring, generation, drain, this.#settings);
    const plan = this.#plan(decision);
    if (plan.outcome !== 'step') return undefined;
    const fresh = ring.state.indexOf(0);
    if (plan.step.kind === 'prepare' && fresh < 0) return undefined;
    const kid = fresh < 0 ? ring.state.length : fresh;
    const freshKeys = freshKeysFor(plan) === 0 ? [] : [freshKey(kid)];
    const after = applyPlan(document, plan, freshKeys, NOW + offset * TICK);
    const written = fromDocument(after, ring, next, this.rings);
    return plan.step.kind === 'revoke' ? this.#heirless(written, next) : written;
  }

  #plan(decision: Decision): Plan {
    const { ring, generation, drain, declared, offset, proof } = decision;
    // Without proofs every pending key passes for proven, and every process for one that accepted its canary.
    const believed = this.keeps('proof') ? ring : { ...ring, proven: ~0 };
    const document = toDocument(believed, generation, drain, this.#settings);
    const now = NOW + offset * TICK;
    const active = ring.state.indexOf(ACTIVE);
    const intent = {
      revoke: { kids: kidsOf(declared, ring.state.length), since: 0 },
      rotate: { replaces: active < 0 ? null : kidName(active), since: now },
    };
    const evidence = this.#evidence(ring, generation, proof);
    if (!this.keeps('finish-proof') && ring.state.includes(4)) {
      const plan = planRotation(document, evidence && { ...evidence, minV: NO_LIMIT }, intent, now);
      if (plan.outcome === 'step' && plan.step.kind === 'finish') return plan;
    }
    return planRotation(document, evidence, intent, now);
  }

  #evidence(ring: Ring, generation: number, { proof, accepted }: Proof): Evidence | undefined {
    const believes = accepted || !this.keeps('proof');
    if (proof === 0 && !accepted && this.keeps('proof') && this.keeps('finish-proof')) return undefined;
    const pending = ring.state.indexOf(PENDING);
    const minV = proof === NOBODY ? NO_LIMIT : proof;
    return {
      generation,
      minV,
      canaryFor: pending < 0 ? null : kidName(pending),
      consumers: believes ? [] : [{ name: 'pod', podUid: 'pod', role: 'verifier', proved: proof }],
      leftOut: [],
    };
  }

  /** Without the rule that an heir is proven, the pending key signs at once when nobody else does. */
  #heirless(written: Written, next: number): Written {
    const { state, since, proven } = written.ring;
    const pending = state.indexOf(PENDING);
    if (this.keeps('heir-proof') || state.includes(ACTIVE) || pending < 0) return written;
    const promoted = state.map((rank, index) => (index === pending ? ACTIVE : rank));
    const stamped = since.map((generation, index) => (index === pending ? next : generation));
    return { ...written, ring: this.rings.of(promoted, stamped, proven & ~(1 << pending)) };
  }
}
