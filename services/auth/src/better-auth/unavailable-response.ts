/** Why a request is answered with 503; also the label of the metric. */
export type UnavailableReason = 'database' | 'session-ring' | 'session-lease' | 'passwords';

const TEXT: Readonly<Record<UnavailableReason, string>> = {
  database: 'The service cannot reach its database at the moment.',
  'session-ring': 'The service has no session secret at the moment.',
  'session-lease': 'The service cannot sign at the moment.',
  passwords: 'Too many people sign in at the moment.',
};

/** 503 in the form of Better Auth's errors; the client may try again after some seconds. Never 401: that reads as a logout. */
export const unavailableResponse = (reason: UnavailableReason): Response =>
  Response.json(
    { code: 'SERVICE_UNAVAILABLE', message: TEXT[reason] },
    { status: 503, headers: { 'retry-after': '2', 'cache-control': 'no-store' } },
  );
