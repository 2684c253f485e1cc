/** The policy of a ring, as it stands in `<state>/rings/<ring>.json`. Durations as text: `60s`, `2m`, `7d`. */
export interface RingPolicy {
  readonly type: 'SigningKey' | 'SharedSecret';
  readonly algorithm: string;
  /** `iss` of tokens; the platform's URL unless given. */
  readonly issuer?: string;
  readonly maxCredentialLifetime: string;
  readonly clockSkew?: string;
  readonly clockError?: string;
  readonly rotation?: { readonly interval?: string | null; readonly paused?: boolean; readonly historyLimit?: number };
  readonly safety?: {
    readonly issuerLease?: string;
    readonly restartGrace?: string;
    readonly hardLimit?: string;
    readonly maxLiveKeys?: number;
  };
  readonly stalledAfter?: string;
  readonly encryptsData?: boolean;
}

export const TOKEN_RING = 'access-tokens';
export const SESSION_RING = 'session-secret';

/**
 * The rings for show: tokens of a minute, a lease of half a minute, a new signing key every two minutes. A replaced key
 * drains for life + lease + clocks = 107 s, so that it is gone before the next one is replaced.
 */
export const DEMO_RINGS: Readonly<Record<string, RingPolicy>> = {
  [TOKEN_RING]: {
    type: 'SigningKey',
    algorithm: 'ES256',
    maxCredentialLifetime: '60s',
    clockSkew: '5s',
    clockError: '2s',
    rotation: { interval: '2m', paused: false, historyLimit: 20 },
    safety: { issuerLease: '30s', restartGrace: '1h', hardLimit: '24h', maxLiveKeys: 8 },
    stalledAfter: '30s',
    encryptsData: false,
  },
  [SESSION_RING]: {
    type: 'SharedSecret',
    algorithm: 'opaque',
    maxCredentialLifetime: '7d',
    clockSkew: '5s',
    clockError: '2s',
    rotation: { interval: null, paused: false, historyLimit: 20 },
    safety: { issuerLease: '30s', restartGrace: '1h', hardLimit: '24h', maxLiveKeys: 32 },
    stalledAfter: '30s',
    encryptsData: true,
  },
};
