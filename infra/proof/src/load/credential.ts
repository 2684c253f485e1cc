import { createHash } from 'node:crypto';

/** How the ledger names a credential: enough to tell it from others, not enough to use it. */
export interface Credential {
  readonly fingerprint: string;
  /** `kid` of a token; empty for sessions. */
  readonly kid: string;
  /** Epoch milliseconds at which it ends by itself, where that is known. */
  readonly endsAt?: number;
}

export const fingerprint = (secret: string): string =>
  createHash('sha256').update(secret).digest('base64url').slice(0, 12);

const partOf = (token: string, index: number): Readonly<Record<string, unknown>> =>
  JSON.parse(Buffer.from(token.split('.')[index] ?? '', 'base64url').toString('utf8')) as Record<string, unknown>;

/** An access token, read without verifying it, as a client does to know when to renew it. */
export interface AccessToken extends Credential {
  readonly value: string;
  readonly sub: string;
  /** Epoch milliseconds. */
  readonly issuedAt: number;
  readonly endsAt: number;
}

/** Throws when the text is no token. */
export function readAccessToken(value: string): AccessToken {
  const { kid } = partOf(value, 0);
  const { sub, iat, exp } = partOf(value, 1);
  return {
    value,
    fingerprint: fingerprint(value),
    kid: typeof kid === 'string' ? kid : '',
    sub: String(sub),
    issuedAt: Number(iat) * 1_000,
    endsAt: Number(exp) * 1_000,
  };
}

/** A signed session value: its first part names the session and stays when the signature is renewed. */
export const sessionCredential = (signed: string | undefined, endsAt: number): Credential | undefined =>
  signed === undefined ? undefined : { fingerprint: fingerprint(signed.split('.')[0] ?? ''), kid: '', endsAt };
