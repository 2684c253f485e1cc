/**
 * What went wrong with a call to the API server. Closed.
 *
 * | kind | what it means for a write |
 * | --- | --- |
 * | `notFound`, `conflict`, `alreadyExists`, `gone`, `forbidden`, `invalid`, `busy` | refused: nothing was written |
 * | `unreachable` | it never arrived: nothing was written |
 * | `ambiguous` | the answer was lost or is no answer: it may have been written, so read again |
 * | `aborted` | the caller gave up; as `ambiguous` if the request was on its way |
 *
 * A read is never ambiguous: whatever fails is `unreachable`.
 */
export type ApiErrorKind =
  | 'notFound'
  | 'conflict'
  | 'alreadyExists'
  | 'gone'
  | 'forbidden'
  | 'invalid'
  | 'busy'
  | 'unreachable'
  | 'ambiguous'
  | 'aborted';

export interface ApiErrorDetail {
  /** HTTP status. */
  readonly status?: number;
  readonly reason?: string;
  /** Kind of the object that is meant: a namespace that is missing is not the object in it. */
  readonly about?: string;
  /** Reasons of the causes, such as `NamespaceTerminating`. */
  readonly causes?: readonly string[];
  readonly retryAfterMs?: number;
}

/** Carries verb, path and the server's reason; never a body. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly code = 'ERR_API';
  constructor(
    readonly kind: ApiErrorKind,
    message: string,
    readonly detail: ApiErrorDetail = {},
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** Without kinds: of any. */
export const isApiError = (error: unknown, ...kinds: readonly ApiErrorKind[]): error is ApiError =>
  error instanceof ApiError && (kinds.length === 0 || kinds.includes(error.kind));

/** `metav1.Status`, as far as it is used. */
export interface StatusBody {
  readonly code?: number;
  readonly reason?: string;
  readonly message?: string;
  readonly details?: { readonly kind?: string; readonly causes?: readonly { readonly reason?: string }[] };
}

export type Verb = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

export const isWrite = (verb: Verb): boolean => verb !== 'GET';

/** The message of a Status may repeat values of the object that was sent. */
const REPEATS_SECRETS = /\/secrets(\/|$|\?)/;

const KIND_OF_STATUS: Readonly<Record<number, ApiErrorKind>> = {
  401: 'forbidden',
  403: 'forbidden',
  404: 'notFound',
  409: 'conflict',
  410: 'gone',
  429: 'busy',
};

/** What an answer that is no success means. Pure. */
export function kindOfStatus(verb: Verb, status: number, reason?: string): ApiErrorKind {
  if (status === 409 && reason === 'AlreadyExists') return 'alreadyExists';
  const known = KIND_OF_STATUS[status];
  if (known) return known;
  if (status >= 400 && status < 500) return 'invalid';
  return isWrite(verb) ? 'ambiguous' : 'unreachable';
}

/** Failures before a connection existed: the request cannot have arrived. */
const BEFORE_ARRIVAL = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH']);
const TLS = /^(ERR_TLS_|CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|ERR_SSL_)/;

/** What a connection that failed means. Pure. */
export function kindOfFailure(verb: Verb, code: string | undefined): ApiErrorKind {
  if (!isWrite(verb)) return 'unreachable';
  return code !== undefined && (BEFORE_ARRIVAL.has(code) || TLS.test(code)) ? 'unreachable' : 'ambiguous';
}

export function errorOfAnswer(
  verb: Verb,
  path: string,
  status: number,
  body: StatusBody | undefined,
  retryAfterMs?: number,
): ApiError {
  const reason = body?.reason;
  const said = REPEATS_SECRETS.test(path) ? undefined : body?.message?.slice(0, 1_000);
  const message = `${verb} ${path}: ${status}${reason ? ` ${reason}` : ''}${said ? `: ${said}` : ''}`;
  const causes = (body?.details?.causes ?? []).flatMap((cause) => cause.reason ?? []);
  const detail = {
    status,
    causes,
    ...(reason && { reason }),
    ...(body?.details?.kind && { about: body.details.kind }),
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  };
  return new ApiError(kindOfStatus(verb, status, reason), message, detail);
}

export function errorOfFailure(verb: Verb, path: string, cause: unknown): ApiError {
  const code = (cause as { readonly code?: unknown } | null)?.code;
  const text = typeof code === 'string' ? code : cause instanceof Error ? cause.message : 'failed';
  const kind = kindOfFailure(verb, typeof code === 'string' ? code : undefined);
  return new ApiError(kind, `${verb} ${path}: the API server gave no answer (${text})`, {}, { cause });
}
