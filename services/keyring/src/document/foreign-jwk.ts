import type { PublicJwk, SigningAlgorithm } from './document.js';
import { KeyringError } from './errors.js';
import { Fields } from './fields.js';
import { readPublicJwk } from './jwk-codec.js';

const BY_CURVE: Readonly<Record<string, SigningAlgorithm>> = { 'P-256': 'ES256', 'P-384': 'ES384', Ed25519: 'EdDSA' };

/** The algorithm of a key that names none: fixed by its curve, and RS256 for RSA, as jwks-rsa has it. */
const algorithmOf = (jwk: Fields): unknown => {
  const named = jwk.raw('alg');
  // RFC 9864 names the curve where RFC 8037 does not.
  if (named === 'Ed25519') return 'EdDSA';
  if (named !== undefined) return named;
  return jwk.raw('kty') === 'RSA' ? 'RS256' : BY_CURVE[String(jwk.raw('crv'))];
};

/**
 * A key of somebody else's JWK set, made complete (`alg`, `use`); undefined when it cannot verify our algorithms: no kid,
 * another use, an unknown curve, a malformed or a private member.
 */
export const foreignJwk = (value: unknown): PublicJwk | undefined => {
  try {
    const jwk = Fields.of(value, 'key');
    const kid = jwk.text('kid', /^[\x20-\x7e]{1,256}$/, 'must be a text');
    const complete = { ...(value as object), alg: algorithmOf(jwk), use: jwk.raw('use') ?? 'sig' };
    return readPublicJwk(Fields.of(complete, 'key'), kid);
  } catch (error) {
    if (error instanceof KeyringError) return undefined;
    throw error;
  }
};
