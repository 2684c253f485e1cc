import type { RingNode } from '@keyturn/keyring';
import { toJwks } from '@keyturn/keyring';
import { createLocalJWKSet, errors, type JWK, jwtVerify } from 'jose';

/** Public keys that are accepted at the moment of each look: a key that is revoked is gone from it at once. */
export interface LiveKeySet {
  readonly keys: JWK[];
}

export const liveKeySet = (node: RingNode): LiveKeySet => ({
  get keys(): JWK[] {
    return toJwks(node.require().document).keys.map((jwk) => ({ ...jwk }));
  },
});

const isJwt = (token: string): boolean => token.split('.').length === 3;

/**
 * Whether a token that was presented may be looked at further: it is no JWT, or one that a key accepted now signed for this
 * issuer. Without this the provider answers 500 to a token of a key that is gone.
 */
export const isSoundToken = async (token: string, keys: LiveKeySet, issuer: string): Promise<boolean> => {
  if (!isJwt(token)) return true;
  try {
    await jwtVerify(token, createLocalJWKSet({ keys: keys.keys }), { issuer });
    return true;
  } catch (error) {
    if (error instanceof errors.JOSEError || error instanceof TypeError) return false;
    throw error;
  }
};
