/**
 * The ring document: what a key ring is, in memory. Pure data and pure questions about it.
 *
 * The state diagram is drawn once, in ARCHITECTURE.md. The rank of a key only grows and a kid is never used again.
 * The wire form (durations and times as text) belongs to codec.ts.
 */
export const KEY_STATES = ['pending', 'active', 'draining', 'retired', 'compromised', 'revoked'] as const;
export type KeyState = (typeof KEY_STATES)[number];

/** Progress of a key; a transition that lowers it is refused (invariant S4). */
export const RANK: Readonly<Record<KeyState, number>> = {
  pending: 1,
  active: 2,
  draining: 3,
  compromised: 4,
  retired: 5,
  revoked: 6,
};

export const SIGNING_ALGORITHMS = ['ES256', 'ES384', 'RS256', 'PS256', 'EdDSA'] as const;
export type SigningAlgorithm = (typeof SIGNING_ALGORITHMS)[number];
/** `opaque` is a shared secret that no JOSE algorithm uses, such as Better Auth's session secret. */
export const SECRET_ALGORITHMS = ['HS256', 'opaque'] as const;
export type SecretAlgorithm = (typeof SECRET_ALGORITHMS)[number];
export type RingAlgorithm = SigningAlgorithm | SecretAlgorithm;
export type RingType = 'SigningKey' | 'SharedSecret';

/** A public JWK (RFC 7517). The private members are absent by type; codec.ts refuses them by name as well. */
export interface PublicJwk {
  readonly kty: 'EC' | 'RSA' | 'OKP';
  readonly alg: SigningAlgorithm;
  readonly use: 'sig';
  readonly kid: string;
  readonly crv?: string;
  readonly x?: string;
  readonly y?: string;
  readonly n?: string;
  readonly e?: string;
}

/** A private JWK: a public one with its private members. */
export interface PrivateJwk extends PublicJwk {
  readonly d: string;
  readonly p?: string;
  readonly q?: string;
  readonly dp?: string;
  readonly dq?: string;
  readonly qi?: string;
}

/** JWK members that must never appear in a public document. */
export const PRIVATE_JWK_MEMBERS = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'] as const;

/** Safety settings of a ring. Durations in milliseconds. */
export interface RingSettings {
  /** Longest life of a credential issued today (token, session, mail link). */
  readonly maxCredentialLifetimeMs: number;
  /** Leeway that verifiers allow on `exp` and `nbf`. */
  readonly clockSkewMs: number;
  /** Bound on the error of any process's wall clock. */
  readonly clockErrorMs: number;
  /** L: an issuer signs only while its last contact with the truth is younger (rule P4). */
  readonly issuerLeaseMs: number;
  /** X: a restart whose last contact is older needs a confirming read (rule P1). */
  readonly restartGraceMs: number;
  /** The longest X that this ring ever had, if that was longer: a pod that is down may still go by it. */
  readonly longestRestartGraceMs?: number;
  /** A verifier without a confirming read for longer answers 503. */
  readonly hardLimitMs: number;
  /** Keys that may be pending, active or draining at once. */
  readonly maxLiveKeys: number;
  /** A step that waits longer than this is reported as stalled. */
  readonly stalledAfterMs: number;
  /** Time between activations; null = only on request. */
  readonly rotationIntervalMs: number | null;
  /** Scheduled rotation is off; requests and revocations still work. */
  readonly paused: boolean;
  /** Data is encrypted under the secrets of this ring: retirement waits until no row is left under a key. */
  readonly encryptsData: boolean;
}

/** What every form of a key has. Times are epoch milliseconds. */
export interface RingKeyBase {
  /** Random, or the RFC 7638 thumbprint. */
  readonly kid: string;
  readonly state: KeyState;
  /** Generation in which the key entered its state. */
  readonly since: number;
  readonly createdAt: number;
  readonly activatedAt?: number;
  /** Only while draining: verifiers accept the key until then. */
  readonly drainUntil?: number;
  /** When every process had proved that it loaded this key: it is the standby. A proof cannot expire. */
  readonly provenAt?: number;
  /** The number in Better Auth's `$ba$<version>$` prefix; a counter in the ring, never reused. */
  readonly secretVersion?: number;
}

/** A key as issuers and holders of a shared secret see it. Retired and revoked keys have no material. */
export interface RingKey extends RingKeyBase {
  /** Longest credential life that was ever allowed while this key could sign: what its drain must outlast. */
  readonly longestLifetimeMs: number;
  readonly jwk?: PrivateJwk;
  /** Shared secret: base64url of its bytes for HS256, the text itself for opaque ones (`secretRule`). */
  readonly secret?: string;
}

/** A key as verifiers see it; for shared secrets kid and state only. */
export interface PublicRingKey extends RingKeyBase {
  readonly jwk?: PublicJwk;
}

interface RingDocumentBase {
  /** Schema version. */
  readonly version: 1;
  /** Identity of the ring, independent of its name. */
  readonly ringId: string;
  readonly ring: string;
  /** Grows by one with each write of the truth. */
  readonly generation: number;
  readonly type: RingType;
  readonly algorithm: RingAlgorithm;
  /** `iss` of the tokens that the ring signs. */
  readonly issuer?: string;
  readonly settings: RingSettings;
}

/** The truth: private keys or secrets included. */
export interface RingDocument extends RingDocumentBase {
  readonly form: 'full';
  readonly keys: readonly RingKey[];
}

/** The projection for verifiers: no private part (invariant S5). */
export interface PublicRingDocument extends RingDocumentBase {
  readonly form: 'public';
  readonly keys: readonly PublicRingKey[];
  /** Epoch ms of the next activation by schedule, if its key is proven by then; absent without a schedule. */
  readonly nextChangeAt?: number;
}

export type AnyRingDocument = RingDocument | PublicRingDocument;

const LIVE: ReadonlySet<KeyState> = new Set(['pending', 'active', 'draining']);

/** Whether verifiers accept credentials of a key in this state. */
export const isAccepted = (state: KeyState): boolean => LIVE.has(state);

export const keysIn = <K extends RingKeyBase>(keys: readonly K[], ...states: readonly KeyState[]): K[] =>
  keys.filter((key) => states.includes(key.state));

/** The one key that signs, if any (invariant S3: at most one). */
export const activeKey = <K extends RingKeyBase>(keys: readonly K[]): K | undefined =>
  keys.find((key) => key.state === 'active');

const publicJwk = ({ kty, alg, use, kid, crv, x, y, n, e }: PublicJwk): PublicJwk => ({
  kty,
  alg,
  use,
  kid,
  ...(crv !== undefined && { crv }),
  ...(x !== undefined && { x }),
  ...(y !== undefined && { y }),
  ...(n !== undefined && { n }),
  ...(e !== undefined && { e }),
});

const publicKey = (key: RingKey): PublicRingKey => {
  const { jwk, secret: _secret, longestLifetimeMs: _lifetime, ...base } = key;
  return jwk && isAccepted(key.state) ? { ...base, jwk: publicJwk(jwk) } : base;
};

/** Earliest time (epoch ms) at which a scheduled rotation lets a new key sign; undefined without a schedule. */
export const nextChangeAt = (ring: Pick<RingDocument, 'keys' | 'settings'>): number | undefined => {
  const active = activeKey(ring.keys);
  const { rotationIntervalMs, paused } = ring.settings;
  if (!active?.activatedAt || rotationIntervalMs === null || paused) return undefined;
  return active.activatedAt + rotationIntervalMs;
};

/** The projection of a ring for verifiers. It names each member it copies, so a private one cannot slip through. */
export const toPublicDocument = (ring: RingDocument): PublicRingDocument => {
  const next = nextChangeAt(ring);
  return {
    form: 'public',
    version: ring.version,
    ringId: ring.ringId,
    ring: ring.ring,
    generation: ring.generation,
    type: ring.type,
    algorithm: ring.algorithm,
    ...(ring.issuer !== undefined && { issuer: ring.issuer }),
    settings: ring.settings,
    keys: ring.keys.map(publicKey),
    ...(next !== undefined && { nextChangeAt: next }),
  };
};
