/** Which part of the platform a request was for. */
export type Service = 'auth' | 'tasks' | 'web' | 'mail';

/**
 * How a request ended, from the user's point of view.
 * - `ok`: as a user would expect, also where a refusal was expected (a session after its sign-out).
 * - `logout`: a live session was answered as no session, or a live credential with 401.
 * - `unavailable`: no connection, a connection that broke, or 502, 503, 504.
 * - `late`: refused, but the credential had come to its own end while the request waited for its answer.
 * - `unexpected`: anything else, such as 500, or a body that is not the answer to the question.
 */
export const OUTCOMES = ['ok', 'logout', 'unavailable', 'late', 'unexpected'] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** One request. No member holds a credential, nor enough of one to use it. */
export interface Entry {
  /** Epoch milliseconds at which the request was sent. */
  readonly at: number;
  readonly latencyMs: number;
  readonly service: Service;
  /** Noun and verb, such as `tasks.list` or `session.get`. */
  readonly operation: string;
  /** Fingerprint of the credential that was used; empty when none was. */
  readonly credential: string;
  /** The key behind the credential: a token's `kid`, else empty. */
  readonly kid: string;
  /** HTTP status; 0 when no answer came. */
  readonly status: number;
  /** The process that answered, as it names itself; empty when none did. */
  readonly replica: string;
  readonly outcome: Outcome;
  /** Why it is not `ok`: an error code or a few words; empty otherwise. */
  readonly detail: string;
}

export const NO_ANSWER = 0;

export const endOf = ({ at, latencyMs }: Pick<Entry, 'at' | 'latencyMs'>): number => at + latencyMs;
