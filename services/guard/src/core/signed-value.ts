import { createHmac, timingSafeEqual } from 'node:crypto';
import { type AnyRingDocument, isAccepted } from '@keyturn/keyring';

/** One secret of an opaque ring, as Better Auth is given it: the text itself is the HMAC key. */
export interface SigningSecret {
  readonly kid: string;
  readonly secret: string;
}

/** The secrets whose signatures are accepted. */
export const acceptedSecrets = (document: AnyRingDocument): readonly SigningSecret[] =>
  document.form === 'full'
    ? document.keys.flatMap(({ kid, state, secret }) => (isAccepted(state) && secret ? [{ kid, secret }] : []))
    : [];

export interface SignedValue {
  readonly value: string;
  readonly kid: string;
}

/** Base64 of an HMAC-SHA-256, as Better Auth writes it. */
const SIGNATURE = /^[A-Za-z0-9+/]{43}=$/;

/**
 * Reads Better Auth's signed values, `<value>.<base64 of HMAC-SHA-256>`: session cookies and signed bearer tokens.
 * Undefined when no accepted secret has signed it.
 */
export function readSignedValue(text: string, secrets: readonly SigningSecret[]): SignedValue | undefined {
  const dot = text.lastIndexOf('.');
  const value = text.slice(0, dot);
  const signature = text.slice(dot + 1);
  if (dot < 1 || !SIGNATURE.test(signature)) return undefined;
  const given = Buffer.from(signature, 'base64');
  const signer = secrets.find(({ secret }) => timingSafeEqual(hmac(secret, value), given));
  return signer && { value, kid: signer.kid };
}

const hmac = (secret: string, value: string): Buffer => createHmac('sha256', secret).update(value).digest();
