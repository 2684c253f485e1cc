import type { KeyState, PrivateJwk, RingDocument, RingKey, RingSettings } from '@keyturn/keyring/document';
import {
  applyPlan,
  type ConsumerRole,
  type Evidence,
  type FreshKey,
  freshKeysFor,
  type Gathered,
  type GatheredConsumer,
  type Intent,
  judgeEvidence,
  type Plan,
  planRotation,
} from '../../src/planner/index.js';

export const NOW = 1_800_000_000_000;
export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;

export const SETTINGS: RingSettings = {
  maxCredentialLifetimeMs: 15 * MINUTE,
  clockSkewMs: 30_000,
  clockErrorMs: 1_000,
  issuerLeaseMs: HOUR,
  restartGraceMs: HOUR,
  hardLimitMs: 24 * HOUR,
  maxLiveKeys: 8,
  stalledAfterMs: 5 * MINUTE,
  rotationIntervalMs: 24 * HOUR,
  paused: false,
  encryptsData: false,
};

const jwk = (kid: string): PrivateJwk => ({
  kty: 'EC',
  alg: 'ES256',
  use: 'sig',
  crv: 'P-256',
  kid,
  x: 'x',
  y: 'y',
  d: 'd',
});

export const fresh = (kid: string): FreshKey => ({ kid, jwk: jwk(kid) });

export const key = (kid: string, state: KeyState, more: Partial<RingKey> = {}): RingKey => ({
  kid,
  state,
  since: 1,
  createdAt: NOW - 2 * HOUR,
  longestLifetimeMs: SETTINGS.maxCredentialLifetimeMs,
  ...(['pending', 'active', 'draining'].includes(state) && { jwk: jwk(kid) }),
  ...(state === 'active' && { activatedAt: NOW - HOUR }),
  ...(state === 'draining' && { drainUntil: NOW + HOUR }),
  ...more,
});

export const proven = { provenAt: NOW - HOUR } as const;

export const ring = (
  keys: readonly RingKey[],
  more: Partial<RingDocument> & { change?: Partial<RingSettings> } = {},
): RingDocument => {
  const { change, ...rest } = more;
  return {
    form: 'full',
    version: 1,
    ringId: 'ring-1',
    ring: 'tokens',
    generation: 5,
    type: 'SigningKey',
    algorithm: 'ES256',
    issuer: 'https://issuer.example',
    settings: { ...SETTINGS, ...change },
    keys,
    ...rest,
  };
};

/** The usual ring: a signs, p is the proven standby. */
export const settled = (more: Parameters<typeof ring>[1] = {}): RingDocument =>
  ring([key('a', 'active'), key('p', 'pending', proven)], more);

export interface Said {
  readonly loaded?: number;
  readonly durable?: number;
  readonly canary?: { readonly accepted: boolean; readonly reason?: string };
  readonly rowsLeft?: Readonly<Record<string, number>>;
  readonly silent?: boolean;
  readonly lastDurable?: number;
  readonly reported?: GatheredConsumer['reported'];
  readonly fenced?: boolean;
  readonly ringId?: string;
  readonly podUid?: string;
  readonly digest?: string;
}

export const consumer = (name: string, role: ConsumerRole, said: Said = {}): GatheredConsumer => {
  const { loaded = 5, durable = loaded, silent, canary = { accepted: true }, rowsLeft, digest } = said;
  return {
    name,
    podUid: `uid-${name}`,
    role,
    lastDurable: said.lastDurable ?? 0,
    reported: said.reported ?? { state: 'running', since: NOW - HOUR },
    ...(said.fenced && { fenced: true }),
    ...(!silent && {
      canary,
      receipt: {
        ringId: said.ringId ?? 'ring-1',
        podUid: said.podUid ?? `uid-${name}`,
        bootId: `boot-${name}`,
        loaded,
        durable,
        ...(rowsLeft && { rowsLeft }),
        ...(digest && { digest }),
      },
    }),
  };
};

export const round = (consumers: readonly GatheredConsumer[], more: Partial<Gathered> = {}): Gathered => ({
  ringId: 'ring-1',
  generation: 5,
  restartGraceMs: SETTINGS.restartGraceMs,
  projectedAt: NOW - 3 * HOUR,
  listedAt: NOW,
  canaryFor: 'p',
  consumers,
  ...more,
});

/** One issuer and one verifier; both say the same unless told. */
export const evidence = (said: { issuer?: Said; verifier?: Said } = {}, more: Partial<Gathered> = {}): Evidence =>
  judgeEvidence(
    round([consumer('auth-1', 'issuer', said.issuer), consumer('tasks-1', 'verifier', said.verifier)], more),
  );

/** What a plan writes, with fresh keys called f1, f2. */
export const written = (document: RingDocument, plan: Plan, now = NOW): RingDocument =>
  applyPlan(document, plan, ['f1', 'f2'].slice(0, freshKeysFor(plan)).map(fresh), now);

export const states = (document: RingDocument): Record<string, KeyState> =>
  Object.fromEntries(document.keys.map(({ kid, state }) => [kid, state]));

export const rotate = (replaces: string | null, since = NOW - 1_000): Intent => ({ rotate: { replaces, since } });
export const revoke = (...kids: string[]): Intent => ({ revoke: { kids, since: NOW - 1_000 } });

export const plan = (document: RingDocument, found: Evidence | undefined, intent: Intent = {}, now = NOW): Plan =>
  planRotation(document, found, intent, now);

/** The step of a plan, or what it did instead. */
export const stepOf = (decided: Plan): unknown => (decided.outcome === 'step' ? decided.step : decided);
export const waitsOf = (decided: Plan) =>
  decided.outcome === 'wait' || decided.outcome === 'stalled' ? decided.waits : [];
