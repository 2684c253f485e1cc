import { GuardError } from './errors.js';
import { deepFreeze, type Principal, splitRoles, type VerificationMethod } from './principal.js';

/** What a token's claims are held against. */
export interface ClaimRules {
  readonly issuer: string;
  /** One of them must be in `aud`. */
  readonly audiences: readonly string[];
  /** Leeway on `exp`, `nbf` and `iat`, milliseconds. */
  readonly clockSkewMs: number;
}

type Claims = Readonly<Record<string, unknown>>;

const refuse = (claim: string, rule: string): GuardError =>
  new GuardError('ERR_TOKEN_CLAIMS', `the claim ${claim} ${rule}`);

/**
 * Judges time, issuer and audience (RFC 7519, 4.1). `exp`, `iss` and `aud` are required.
 * Throws GuardError ERR_TOKEN_CLAIMS, ERR_TOKEN_EXPIRED, ERR_TOKEN_NOT_YET_VALID, ERR_TOKEN_ISSUER or ERR_TOKEN_AUDIENCE.
 */
export function checkClaims(claims: Claims, rules: ClaimRules, now: number): void {
  const expires = timeOf(claims, 'exp');
  if (expires === undefined) throw refuse('exp', 'is missing');
  if (now >= expires + rules.clockSkewMs) throw new GuardError('ERR_TOKEN_EXPIRED', 'the token has expired');
  const latestStart = now + rules.clockSkewMs;
  if ((timeOf(claims, 'nbf') ?? 0) > latestStart) {
    throw new GuardError('ERR_TOKEN_NOT_YET_VALID', 'the token is not valid yet');
  }
  if ((timeOf(claims, 'iat') ?? 0) > latestStart) {
    throw new GuardError('ERR_TOKEN_NOT_YET_VALID', 'the token was issued in the future');
  }
  if (claims['iss'] !== rules.issuer) throw new GuardError('ERR_TOKEN_ISSUER', 'the token is of another issuer');
  if (!audiencesOf(claims).some((audience) => rules.audiences.includes(audience))) {
    throw new GuardError('ERR_TOKEN_AUDIENCE', 'the token is meant for another audience');
  }
}

/** A NumericDate in milliseconds. */
function timeOf(claims: Claims, name: 'exp' | 'nbf' | 'iat'): number | undefined {
  const value = claims[name];
  if (value === undefined) return undefined;
  if (typeof value !== 'number' || !Number.isFinite(value) || value < 0) throw refuse(name, 'is not a time in seconds');
  return value * 1000;
}

const stringOf = (claims: Claims, name: string): string | undefined => {
  const value = claims[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string') throw refuse(name, 'is not a string');
  return value;
};

/** A list of names: an array of strings, or one string whose names are separated by spaces. */
const namesOf = (claims: Claims, name: string): string[] => {
  const value = claims[name];
  if (value === undefined || value === null) return [];
  if (typeof value === 'string') return value.split(' ').filter(Boolean);
  if (Array.isArray(value) && value.every((member) => typeof member === 'string')) return [...value];
  throw refuse(name, 'is not a list of strings');
};

const audiencesOf = (claims: Claims): string[] => {
  const value = claims['aud'];
  if (value === undefined) throw refuse('aud', 'is missing');
  if (typeof value === 'string') return [value];
  if (Array.isArray(value) && value.every((member) => typeof member === 'string')) return [...value];
  throw refuse('aud', 'is neither a string nor a list of strings');
};

/**
 * The principal of claims that were checked. Claims of authority of a wrong type refuse the token: they are never
 * read as "none". Throws GuardError ERR_TOKEN_CLAIMS.
 */
export function principalOf(claims: Claims, method: VerificationMethod): Principal {
  const sub = stringOf(claims, 'sub');
  if (!sub) throw refuse('sub', 'is missing');
  const email = stringOf(claims, 'email');
  const role = stringOf(claims, 'role');
  return deepFreeze<Principal>({
    sub,
    userId: sub,
    ...(email !== undefined && { email }),
    emailVerified: email !== undefined && claims['email_verified'] === true,
    ...(role !== undefined && { role }),
    roles: [...new Set([...splitRoles(role), ...namesOf(claims, 'roles')])],
    permissions: namesOf(claims, 'permissions'),
    scopes: namesOf(claims, 'scope'),
    audiences: audiencesOf(claims),
    expiresAt: timeOf(claims, 'exp') ?? 0,
    method,
    claims,
  });
}
