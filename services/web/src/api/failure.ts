/** What a request can end with; the interface has a sentence for each. */
export type FailureKind = 'offline' | 'unavailable' | 'tooMany' | 'refused';

/** A request that did not do what it should. `message`, `code` and `field` are the service's own words, where it has any. */
export class Failure extends Error {
  override readonly name = 'Failure';

  constructor(
    readonly kind: FailureKind,
    readonly status: number,
    readonly code: string,
    message: string,
    /** Rules of accounts that what was sent breaks. */
    readonly broken: readonly BrokenRule[] = [],
  ) {
    super(message);
  }
}

/** A rule by its name, with the number that it is about, if any. */
export interface BrokenRule {
  readonly rule: string;
  readonly limit: number;
}

/** There is no session any more: a matter of signing in, not of trying again. */
export class SignedOut extends Error {
  override readonly name = 'SignedOut';
}

const kindOf = (status: number): FailureKind =>
  status === 429 ? 'tooMany' : status >= 500 ? 'unavailable' : 'refused';

interface Body {
  readonly code?: string;
  /** OAuth 2.0 has its codes here. */
  readonly error?: string;
  readonly error_description?: string;
  readonly errors?: readonly { readonly rule?: string; readonly limit?: number }[];
  readonly message?: string;
  readonly detail?: string;
  readonly title?: string;
}

/** What an answer of 401 says where there is no session; all else, such as a wrong password, is a matter of the form. */
const NO_SESSION = ['UNAUTHORIZED', 'SESSION_EXPIRED', 'ERR_NO_SESSION'];

/** What an answer that is no success tells of: Better Auth's form, that of OAuth 2.0, or problem details (RFC 9457). */
export const failureOf = async (answer: Response): Promise<Failure | SignedOut> => {
  const body = ((await answer.json().catch(() => null)) ?? {}) as Body;
  const code = body.code ?? body.error ?? '';
  if (answer.status === 401 && NO_SESSION.includes(code)) return new SignedOut();
  const said = body.detail ?? body.message ?? body.error_description ?? body.title ?? '';
  const broken = (body.errors ?? []).flatMap(({ rule, limit = 0 }) => (rule === undefined ? [] : { rule, limit }));
  return new Failure(kindOf(answer.status), answer.status, code, said, broken);
};

export const offline = (): Failure => new Failure('offline', 0, '', 'the service cannot be reached');
