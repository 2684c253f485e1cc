import { KeyringError } from '@keyturn/keyring';

/**
 * The one error family of the guard. A message carries protocol facts, never a token, a key or a secret.
 * Bad options throw a TypeError at construction; a bad credential throws a GuardError at use.
 */
const STATUS = {
  /** No credential came with the request. */
  ERR_TOKEN_MISSING: 401,
  /** Not a compact JWS, or not canonical: segments, base64url, UTF-8, JSON, duplicate members. */
  ERR_TOKEN_MALFORMED: 401,
  /** Longer than `maxTokenLength`. */
  ERR_TOKEN_TOO_LARGE: 401,
  /** The header's `typ` is not that of an access token (a canary, for instance). */
  ERR_TOKEN_TYPE: 401,
  /** The header's `alg` is not the one that the ring pins to this key. */
  ERR_TOKEN_ALGORITHM: 401,
  /** The header has `crit`; no critical extension is understood. */
  ERR_TOKEN_CRITICAL_HEADER: 401,
  /** The `kid` is missing, or no accepted key has it. */
  ERR_TOKEN_UNKNOWN_KEY: 401,
  ERR_TOKEN_SIGNATURE: 401,
  ERR_TOKEN_EXPIRED: 401,
  ERR_TOKEN_NOT_YET_VALID: 401,
  ERR_TOKEN_ISSUER: 401,
  ERR_TOKEN_AUDIENCE: 401,
  /** A claim is missing or of the wrong type; the message names it. */
  ERR_TOKEN_CLAIMS: 401,
  /** No live session has this token. */
  ERR_SESSION_UNKNOWN: 401,
  ERR_ROLE_REQUIRED: 403,
  ERR_PERMISSION_REQUIRED: 403,
  ERR_SCOPE_REQUIRED: 403,
  /** The route wants an audience that the token does not name. */
  ERR_AUDIENCE_REQUIRED: 403,
  /** The user in the path is not the user of the token. */
  ERR_PATH_USER: 403,
  /** No usable key source (rule P7): the credential could not be judged, so it is not refused. */
  ERR_KEY_SOURCE_UNAVAILABLE: 503,
} as const;

export type GuardErrorCode = keyof typeof STATUS;
export type GuardStatus = (typeof STATUS)[GuardErrorCode];

export interface GuardErrorDetail {
  /** Seconds after which a retry makes sense; only with status 503. */
  readonly retryAfterSeconds?: number;
  /** What the route asks for, for the `scope` attribute of the challenge; only with status 403. */
  readonly required?: readonly string[];
}

export class GuardError extends Error {
  override readonly name = 'GuardError';
  /** HTTP status; spelled so that frameworks which know http-errors answer with it too. */
  readonly statusCode: GuardStatus;

  constructor(
    readonly code: GuardErrorCode,
    message: string,
    readonly detail: GuardErrorDetail = {},
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.statusCode = STATUS[code];
  }
}

/** Every code, for metrics and documentation. */
export const GUARD_ERROR_CODES = Object.keys(STATUS) as readonly GuardErrorCode[];

const RETRY_AFTER_MS = 1000;

/** Status 503 with Retry-After: front ends take a 401 as a logout, and this is none. */
export const keySourceUnavailable = (cause: unknown): GuardError => {
  const retryAfterMs = (cause instanceof KeyringError ? cause.detail.retryAfterMs : undefined) ?? RETRY_AFTER_MS;
  return new GuardError(
    'ERR_KEY_SOURCE_UNAVAILABLE',
    'credentials cannot be verified at the moment',
    { retryAfterSeconds: Math.max(1, Math.ceil(retryAfterMs / 1000)) },
    { cause },
  );
};
