/** An access token as the page keeps it: in memory, never stored. */
export interface AccessToken {
  readonly text: string;
  /** From when it is replaced, epoch milliseconds of this machine's clock. */
  readonly renewAt: number;
  /** From when it is refused, on the same clock. */
  readonly expiresAt: number;
}

/** Part of its life after which a token is replaced: a request under way with it still has the rest. */
const USED_PART = 0.75;

/**
 * A token as it was received at `now`, epoch milliseconds. Counts its life from then on, so a clock that is wrong does no harm.
 * Throws a SyntaxError for what is no JWT.
 */
export const readAccessToken = (text: string, now: number): AccessToken => {
  const [, payload = ''] = text.split('.');
  const { iat, exp } = JSON.parse(atob(payload.replaceAll('-', '+').replaceAll('_', '/'))) as {
    readonly iat: number;
    readonly exp: number;
  };
  if (!Number.isFinite(exp - iat)) throw new SyntaxError('a token without iat and exp');
  const life = Math.max(0, exp - iat) * 1_000;
  return { text, renewAt: now + life * USED_PART, expiresAt: now + life };
};
