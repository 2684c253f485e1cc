import { type AnyRingDocument, isAccepted, type PublicJwk, toPublicDocument } from './document.js';

/** A JWK set (RFC 7517) with one extra member that says which ring and generation it is. */
export interface RingJwks {
  readonly keys: readonly PublicJwk[];
  readonly keyturn: { readonly ring: string; readonly generation: number };
}

/** The public keys that verifiers accept. A ring of shared secrets has none: a symmetric key is never published. */
export const toJwks = (document: AnyRingDocument): RingJwks => {
  const { keys } = document.form === 'full' ? toPublicDocument(document) : document;
  const published = document.type === 'SigningKey' ? keys.filter((key) => isAccepted(key.state)) : [];
  return {
    keys: published.flatMap(({ jwk }) => (jwk ? [jwk] : [])),
    keyturn: { ring: document.ring, generation: document.generation },
  };
};
