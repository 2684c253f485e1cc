/** A request that is an attempt to get a session, and how it ended. Labels of the metric. */
export interface SignInResult {
  readonly method: string;
  readonly result: 'success' | 'second-factor' | 'refused' | 'locked' | 'limited' | 'failed';
}

const ATTEMPT = /\/(sign-in|sign-up|two-factor\/verify)[/-]([a-z-]+)$/;
const METHODS: ReadonlySet<string> = new Set(['email', 'totp', 'backup-code']);

export const signInResult = (request: Request, response: Response): SignInResult | undefined => {
  const match = ATTEMPT.exec(new URL(request.url).pathname);
  if (!match || request.method !== 'POST' || !METHODS.has(match[2] ?? '')) return undefined;
  const method = `${match[1] === 'two-factor/verify' ? 'two-factor' : match[1]}-${match[2]}`;
  return { method, result: resultOf(response) };
};

/** By the limit of requests; a locked account is answered with 429 as well, without this header. */
export const isRateLimited = ({ status, headers }: Response): boolean => status === 429 && headers.has('x-retry-after');

const resultOf = (response: Response): SignInResult['result'] => {
  if (isRateLimited(response)) return 'limited';
  if (response.status === 429) return 'locked';
  if (response.status >= 500) return 'failed';
  if (response.status >= 400) return 'refused';
  const challenge = response.headers.getSetCookie().some((line) => /better-auth\.two_factor=[^;]/.test(line));
  return challenge ? 'second-factor' : 'success';
};
