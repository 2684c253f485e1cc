import {
  type AnyRingDocument,
  CANARY_AUDIENCE,
  CANARY_TYP,
  type CanaryResult,
  type CanaryVerifier,
  isAccepted,
  KeyringError,
  type RingKey,
  type RingNode,
  toJwks,
} from '@keyturn/keyring';
import { createLocalJWKSet, decodeProtectedHeader, errors, jwtVerify } from 'jose';
import { SigningKeys } from './signing-key.js';

/**
 * Verifies the canary of a token key by what the issuer publishes, and signs with the key once: a key that could be
 * verified here but not used would only fail after its activation.
 */
export const tokenCanary =
  (node: RingNode, issuer: string): CanaryVerifier =>
  async (credential) => {
    const { document } = node.require();
    try {
      return await verify(document, issuer, credential);
    } catch (error) {
      const known = error instanceof errors.JOSEError || error instanceof KeyringError || error instanceof TypeError;
      return { accepted: false, reason: known ? error.message : 'the canary could not be verified' };
    }
  };

const verify = async (document: AnyRingDocument, issuer: string, credential: string): Promise<CanaryResult> => {
  const { kid = '' } = decodeProtectedHeader(credential);
  const keys = document.form === 'full' ? document.keys : [];
  const key = keys.find((candidate) => candidate.kid === kid && isAccepted(candidate.state));
  if (!key) return { accepted: false, reason: 'no accepted key has this kid' };
  const options = {
    issuer,
    audience: CANARY_AUDIENCE,
    typ: CANARY_TYP,
    algorithms: [document.algorithm],
    clockTolerance: document.settings.clockSkewMs / 1_000,
  };
  if (document.type === 'SharedSecret') await jwtVerify(credential, secretOf(key), options);
  else
    await jwtVerify(credential, createLocalJWKSet({ keys: toJwks(document).keys.map((jwk) => ({ ...jwk })) }), options);
  await new SigningKeys().sign({ sub: 'keyturn-canary' }, undefined, { ...key, algorithm: document.algorithm });
  return { accepted: true, kid };
};

const secretOf = ({ kid, secret }: Pick<RingKey, 'kid' | 'secret'>): Uint8Array => {
  if (secret === undefined) throw new TypeError(`key ${kid} has no secret`);
  return new Uint8Array(Buffer.from(secret, 'base64url'));
};
