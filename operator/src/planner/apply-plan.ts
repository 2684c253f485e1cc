import {
  isAccepted,
  type PrivateJwk,
  type RingDocument,
  type RingKey,
  type RingKeyBase,
} from '@keyturn/keyring/document';
import { drainUntil, underSettings } from './drain.js';
import type { Plan, Step } from './plan.js';
import { adopted } from './settings.js';
import { brokenInvariants } from './transition.js';

/** Key material that was made outside: a private JWK, or a shared secret (base64url). */
export type FreshKey = { readonly kid: string } & (
  | { readonly jwk: PrivateJwk; readonly secret?: undefined }
  | { readonly secret: string; readonly jwk?: undefined }
);

/** So many removed keys are remembered without their material, beside those of the last write: what a status shows of the past. */
export const REMEMBERED_KEYS = 16;

/** How many fresh keys a plan needs. */
export const freshKeysFor = (plan: Plan): number =>
  plan.outcome === 'step' && 'freshKeys' in plan.step ? plan.step.freshKeys : 0;

/**
 * The document that a plan writes: generation + 1. Pure. `now` is epoch ms of the operator's clock; a ring's own time
 * never goes back, so after a clock has jumped back the latest time in the ring counts.
 *
 * Throws TypeError when the plan is no step, was made for another generation, or `freshKeys` are not as many as it needs,
 * and when the result would break an invariant of the ring (a bug, never an input).
 */
export function applyPlan(ring: RingDocument, plan: Plan, freshKeys: readonly FreshKey[], now: number): RingDocument {
  if (plan.outcome !== 'step') throw new TypeError(`a plan with the outcome ${plan.outcome} writes nothing`);
  if (plan.generation !== ring.generation) throw new TypeError('the plan was made for another generation');
  if (freshKeys.length !== freshKeysFor(plan)) throw new TypeError(`the plan needs ${freshKeysFor(plan)} fresh keys`);
  const write = new Write(ring, Math.max(now, latestTime(ring)));
  const keys = [...write.changed(plan.step), ...freshKeys.map((key, index) => write.pending(key, index))];
  const next: RingDocument = {
    ...ring,
    ...(plan.step.kind === 'adopt' && {
      settings: adopted(ring.settings, plan.step.settings),
      issuer: plan.step.issuer,
    }),
    generation: write.generation,
    keys: forgetOldest(keys, write.generation),
  };
  const broken = brokenInvariants(ring, next);
  if (broken.length > 0) throw new TypeError(`the plan breaks the ring: ${broken.join('; ')}`);
  return next;
}

/** The latest time that a ring has recorded (epoch ms); times at which something ends do not count. */
export const latestTime = (ring: Pick<RingDocument, 'keys'>): number =>
  Math.max(
    0,
    ...ring.keys.flatMap(({ createdAt, activatedAt, provenAt }) => [createdAt, activatedAt ?? 0, provenAt ?? 0]),
  );

/** A pending key; the number of a secret is a counter in the ring and never used again. */
export const pendingKey = (
  ring: Pick<RingDocument, 'keys' | 'settings' | 'type'>,
  { kid, jwk, secret }: FreshKey,
  { since, createdAt, index = 0 }: { readonly since: number; readonly createdAt: number; readonly index?: number },
): RingKey => ({
  kid,
  state: 'pending',
  since,
  createdAt,
  longestLifetimeMs: ring.settings.maxCredentialLifetimeMs,
  ...(ring.type === 'SharedSecret' && { secretVersion: highestSecretVersion(ring) + 1 + index }),
  ...(jwk && { jwk }),
  ...(secret !== undefined && { secret }),
});

const highestSecretVersion = (ring: Pick<RingDocument, 'keys'>): number =>
  Math.max(0, ...ring.keys.map(({ secretVersion }) => secretVersion ?? 0));

/** One write: the generation and the time that its changes are stamped with. */
class Write {
  readonly generation: number;

  constructor(
    private readonly ring: RingDocument,
    private readonly at: number,
  ) {
    this.generation = ring.generation + 1;
  }

  pending(fresh: FreshKey, index: number): RingKey {
    return pendingKey(this.ring, fresh, { since: this.generation, createdAt: this.at, index });
  }

  changed(step: Step): RingKey[] {
    return this.ring.keys.map((key) => this.changedKey(key, step));
  }

  private changedKey(key: RingKey, step: Step): RingKey {
    const since = this.generation;
    switch (step.kind) {
      case 'prepare':
        return key;
      case 'prove':
        return key.kid === step.kid ? { ...key, provenAt: this.at } : key;
      case 'adopt':
        return underSettings(key, this.ring.settings, step.settings);
      case 'activate':
        if (key.kid === step.kid) return this.activated(key);
        return key.kid === step.replaces ? this.draining(key) : key;
      case 'revoke':
        if (key.kid === step.heir) return this.activated(key);
        return step.kids.includes(key.kid) ? this.compromised(key) : key;
      case 'retire':
        return step.kids.includes(key.kid) ? { ...withoutMaterial(key), state: 'retired', since } : key;
      case 'finish':
        return step.kids.includes(key.kid) ? { ...withoutMaterial(key), state: 'revoked', since } : key;
    }
  }

  private activated(key: RingKey): RingKey {
    const longestLifetimeMs = this.ring.settings.maxCredentialLifetimeMs;
    return { ...key, state: 'active', since: this.generation, activatedAt: this.at, longestLifetimeMs };
  }

  private draining(key: RingKey): RingKey {
    return {
      ...key,
      state: 'draining',
      since: this.generation,
      drainUntil: drainUntil(key, this.ring.settings, this.at),
    };
  }

  /** A compromised secret that encrypts data stays, for decryption only, until no row is left under it. */
  private compromised(key: RingKey): RingKey {
    const kept = this.ring.settings.encryptsData ? key : withoutMaterial(key);
    const { drainUntil: _ended, ...rest } = kept;
    return { ...rest, state: 'compromised', since: this.generation };
  }
}

const withoutMaterial = ({ jwk: _jwk, secret: _secret, drainUntil: _ended, ...key }: RingKey): RingKey => key;

const isGone = ({ state }: RingKeyBase): boolean => !isAccepted(state) && state !== 'compromised';

/** What goes in this very write is remembered by it however many they are: after an outage whole drains end together. */
const forgetOldest = (keys: readonly RingKey[], generation: number): RingKey[] => {
  const gone = keys.filter(isGone).sort((a, b) => b.since - a.since);
  const old = gone.slice(REMEMBERED_KEYS).filter(({ since }) => since < generation);
  const forgotten = new Set(old.map(({ kid }) => kid));
  return keys.filter(({ kid }) => !forgotten.has(kid));
};
