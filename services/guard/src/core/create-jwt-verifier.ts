import { JwksKeys } from './jwks-keys.js';
import { JwtVerifier } from './jwt-verifier.js';
import {
  DEFAULT_CLOCK_SKEW_MS,
  type JwksVerifierOptions,
  type RingVerifierOptions,
  type SharedSecretVerifierOptions,
  wholeNumber,
} from './options.js';
import { RingKeys } from './ring-keys.js';
import type { TokenVerifier } from './verifier.js';

/** A verifier that follows a ring, and answers its canaries. Throws TypeError. */
export function createRingVerifier(options: RingVerifierOptions | SharedSecretVerifierOptions): TokenVerifier {
  const { node, issuer } = options;
  if (options.method === 'sharedSecret' && node.role === 'verifier') {
    throw new TypeError('node: a shared secret needs a node of role holder');
  }
  const supply = (flush: () => void, now: () => number): RingKeys => new RingKeys(node, flush, now);
  const verifier = new JwtVerifier({ options, issuer, supply });
  verifier.onClose(node.addCanaryVerifier((credential) => verifier.verifyCanary(credential)));
  return verifier;
}

/** A verifier of a foreign issuer's tokens. Throws TypeError. */
export function createJwksVerifier(options: JwksVerifierOptions): TokenVerifier {
  const { source, issuer, name = issuer } = options;
  if (typeof issuer !== 'string' || issuer === '')
    throw new TypeError('issuer: required for the keys of a foreign issuer');
  const skew = wholeNumber('clockSkewMs', options.clockSkewMs ?? DEFAULT_CLOCK_SKEW_MS, 0);
  const supply = (flush: () => void, now: () => number): JwksKeys => new JwksKeys(name, source, skew, flush, now);
  return new JwtVerifier({ options, issuer, supply });
}
