import type { PlatformOptions, RingPolicy } from '@keyturn/local';
import type { CrowdPlan } from '../load/crowd.js';
import type { Lives } from '../load/world.js';

export const TOKEN_RING = 'access-tokens';
export const SESSION_RING = 'session-secret';

/** Every life and margin of a platform under proof, milliseconds. */
export interface Times extends Lives {
  /** A session that is older than this lives on when it is used. */
  readonly sessionUpdateMs: number;
  /** How long an issuer signs without news of the truth: longer than a busy machine keeps it from its renewal. */
  readonly leaseMs: number;
  readonly clockSkewMs: number;
  readonly clockErrorMs: number;
}

/**
 * Short enough for keys to come, sign, drain and go many times in one run; tokens and sessions outlive an outage of the
 * issuer of 30 s when they were renewed shortly before it.
 */
export const SHORT: Times = {
  tokenMs: 45_000,
  sessionMs: 45_000,
  mailLinkMs: 20_000,
  trustedDeviceMs: 45_000,
  sessionUpdateMs: 5_000,
  leaseMs: 15_000,
  clockSkewMs: 1_000,
  clockErrorMs: 500,
};

export type TokenAlgorithm = 'ES256' | 'ES384' | 'RS256' | 'PS256' | 'EdDSA' | 'HS256';

const text = (ms: number): string => `${ms}ms`;

const policy = (lifeMs: number, times: Times): Omit<RingPolicy, 'type' | 'algorithm'> => ({
  maxCredentialLifetime: text(lifeMs),
  clockSkew: text(times.clockSkewMs),
  clockError: text(times.clockErrorMs),
  rotation: { interval: null, historyLimit: 20 },
  safety: { issuerLease: text(times.leaseMs), maxLiveKeys: 200 },
  stalledAfter: '30s',
});

/** Both rings of a platform, rotated on request only. */
export const ringsOf = (algorithm: TokenAlgorithm, times: Times): Readonly<Record<string, RingPolicy>> => {
  const longest = Math.max(times.sessionMs, times.mailLinkMs, times.trustedDeviceMs);
  return {
    [TOKEN_RING]: {
      type: algorithm === 'HS256' ? 'SharedSecret' : 'SigningKey',
      algorithm,
      ...policy(times.tokenMs, times),
    },
    [SESSION_RING]: { type: 'SharedSecret', algorithm: 'opaque', ...policy(longest, times), encryptsData: true },
  };
};

/** A platform with these lives. One address sends what a thousand users send, so the limits per address are off. */
export const platformOptions = (algorithm: TokenAlgorithm, times: Times): PlatformOptions => ({
  rings: ringsOf(algorithm, times),
  env: {
    all: { LOG_LEVEL: 'warn' },
    auth: {
      KEYTURN_RATE_LIMIT: 'false',
      KEYTURN_ACCESS_TOKEN_TTL: text(times.tokenMs),
      KEYTURN_SESSION_TTL: text(times.sessionMs),
      KEYTURN_SESSION_UPDATE_AGE: text(times.sessionUpdateMs),
      KEYTURN_MAIL_LINK_TTL: text(times.mailLinkMs),
      KEYTURN_TRUSTED_DEVICE_TTL: text(times.trustedDeviceMs),
      KEYTURN_SWEEP_INTERVAL: '1s',
    },
  },
});

/** All kinds of users; a cheap guarded read dominates. */
export const CROWD: CrowdPlan = {
  workers: 8,
  workerThinkMs: 8,
  members: 3,
  bearerMembers: 3,
  memberThinkMs: 100,
  passersBy: 2,
  sleepers: 4,
  bearerSleepers: 2,
  openSleepers: 2,
  // This platform has no front end.
  readers: 0,
  newcomers: 3,
  careful: 2,
};
