import type { Outcome } from '../ledger/entry.js';

/** What came back, with the body read: parsed where it is JSON, text otherwise. */
export interface Answer {
  readonly status: number;
  readonly body: unknown;
  /** Where a redirect leads. */
  readonly location?: string;
}

export interface Finding {
  readonly outcome: Outcome;
  readonly detail: string;
}

/** What a user takes for a good answer. `live`: a credential was sent that is not at its end. */
export type Expectation = (answer: Answer, live: boolean) => Finding;

const OK: Finding = { outcome: 'ok', detail: '' };
const GATEWAY = new Set([502, 503, 504]);

export const member = (body: unknown, ...path: readonly string[]): unknown =>
  path.reduce<unknown>(
    (at, name) => (typeof at === 'object' && at !== null ? (at as Record<string, unknown>)[name] : undefined),
    body,
  );

/** The error code of an answer, as Better Auth and problem+json give it. */
const codeOf = ({ status, body }: Answer): string => {
  const said = [member(body, 'code'), member(body, 'type'), member(body, 'title'), member(body, 'message')];
  return `${status} ${said.find((value) => typeof value === 'string' && value !== '') ?? ''}`.trim();
};

/** The part that all expectations share: no service, no login, or some other failure. */
const refusal = (answer: Answer, live: boolean): Finding => {
  if (GATEWAY.has(answer.status)) return { outcome: 'unavailable', detail: codeOf(answer) };
  if (answer.status === 401 && live) return { outcome: 'logout', detail: codeOf(answer) };
  return { outcome: 'unexpected', detail: codeOf(answer) };
};

const isSuccess = ({ status }: Answer): boolean => status >= 200 && status < 300;

/** 2xx, and a body as `check` wants it. */
export const succeeds =
  (check: (body: unknown) => boolean = () => true): Expectation =>
  (answer, live) => {
    if (!isSuccess(answer)) return refusal(answer, live);
    return check(answer.body) ? OK : { outcome: 'unexpected', detail: 'another body than expected' };
  };

/** The session of a user; `null` is what Better Auth answers to whom it does not know. */
export const sessionOf =
  (email: string): Expectation =>
  (answer, live) => {
    if (!isSuccess(answer)) return refusal(answer, live);
    if (answer.body === null) return { outcome: 'logout', detail: 'no session' };
    const user = member(answer.body, 'user', 'email');
    return user === email ? OK : { outcome: 'unexpected', detail: 'the session of somebody else' };
  };

/** After a sign-out the session must be gone. */
export const noSession: Expectation = (answer) => {
  if (answer.status === 401 || (isSuccess(answer) && answer.body === null)) return OK;
  if (isSuccess(answer)) return { outcome: 'unexpected', detail: 'a session after its sign-out' };
  return refusal(answer, false);
};

/** A link from a mail: it leads on, and not to an error page. */
export const followed: Expectation = (answer) => {
  if (answer.status >= 300 && answer.status < 400) {
    const error = new URL(answer.location ?? '/', 'http://localhost').searchParams.get('error');
    return error === null ? OK : { outcome: 'logout', detail: `link refused: ${error}` };
  }
  return isSuccess(answer) ? OK : refusal(answer, true);
};

/** A device that was trusted signs in without a second factor; one that is not is asked for it. */
export const signsIn =
  (trusted: boolean): Expectation =>
  (answer) => {
    if (!isSuccess(answer)) return refusal(answer, false);
    const asked = member(answer.body, 'twoFactorRedirect') === true;
    if (asked === !trusted) return OK;
    return asked
      ? { outcome: 'logout', detail: 'a trusted device was forgotten' }
      : { outcome: 'unexpected', detail: 'no second factor was asked for' };
  };
