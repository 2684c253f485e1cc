import {
  PRIVATE_JWK_MEMBERS,
  type PrivateJwk,
  type PublicJwk,
  SIGNING_ALGORITHMS,
  type SigningAlgorithm,
} from './document.js';
import type { Fields } from './fields.js';

/** Algorithm and key type are pinned together; the numbers are lengths in base64url characters. */
const SHAPES: Readonly<
  Record<SigningAlgorithm, { kty: PublicJwk['kty']; crv?: string; members: Record<string, [number, number]> }>
> = {
  ES256: { kty: 'EC', crv: 'P-256', members: { x: [43, 43], y: [43, 43] } },
  ES384: { kty: 'EC', crv: 'P-384', members: { x: [64, 64], y: [64, 64] } },
  EdDSA: { kty: 'OKP', crv: 'Ed25519', members: { x: [43, 43] } },
  RS256: { kty: 'RSA', members: { n: [342, 2731], e: [2, 11] } },
  PS256: { kty: 'RSA', members: { n: [342, 2731], e: [2, 11] } },
};
const LONGEST_MEMBER = 2731;
const RSA_PRIVATE = ['p', 'q', 'dp', 'dq', 'qi'] as const;

const base64url = (jwk: Fields, name: string, least = 1, most = LONGEST_MEMBER): string => {
  const rule =
    least === most ? `must be ${least} base64url characters` : `must be ${least} to ${most} base64url characters`;
  const value = jwk.text(name, /^[A-Za-z0-9_-]+$/, rule);
  return value.length >= least && value.length <= most ? value : jwk.fail(name, rule);
};

const readPublicMembers = (jwk: Fields, kid: string): PublicJwk => {
  const alg = jwk.oneOf('alg', SIGNING_ALGORITHMS);
  const shape = SHAPES[alg];
  if (jwk.raw('kty') !== shape.kty) jwk.fail('kty', `must be ${shape.kty} for ${alg}`);
  if (jwk.raw('crv') !== shape.crv)
    jwk.fail('crv', shape.crv ? `must be ${shape.crv} for ${alg}` : `must be absent for ${alg}`);
  if (jwk.raw('use') !== 'sig') jwk.fail('use', 'must be sig');
  if (jwk.raw('kid') !== kid) jwk.fail('kid', 'must equal the kid of the key');
  const members = Object.entries(shape.members).map(([name, [least, most]]) => [
    name,
    base64url(jwk, name, least, most),
  ]);
  return { kty: shape.kty, alg, use: 'sig', kid, ...(shape.crv && { crv: shape.crv }), ...Object.fromEntries(members) };
};

/** A JWK in a public document: any private member, by name, refuses the document (invariant S5). */
export const readPublicJwk = (jwk: Fields, kid: string): PublicJwk => {
  for (const name of PRIVATE_JWK_MEMBERS) {
    if (jwk.has(name)) jwk.fail(name, 'must not appear in a public document');
  }
  return readPublicMembers(jwk, kid);
};

/** A JWK in a full document. Members without a meaning for signing are dropped. */
export const readPrivateJwk = (jwk: Fields, kid: string): PrivateJwk => {
  const base = readPublicMembers(jwk, kid);
  for (const name of ['k', 'oth']) if (jwk.has(name)) jwk.fail(name, 'must be absent');
  const d = base64url(jwk, 'd');
  if (base.kty !== 'RSA') return { ...base, d };
  return { ...base, d, ...Object.fromEntries(RSA_PRIVATE.map((name) => [name, base64url(jwk, name)])) };
};
