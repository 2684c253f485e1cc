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

/** A text and the accepted secret that signed it. */
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
export function readSignedValue(given: string, secrets: readonly SigningSecret[]): SignedValue | undefined {
  const text = percentDecoded(given);
  const dot = text.lastIndexOf('.');
  const value = text.slice(0, dot);
  const signature = text.slice(dot + 1);
  if (dot < 1 || !SIGNATURE.test(signature)) return undefined;
  const signer = secrets.find(({ secret }) => equal(hmac(secret, value), Buffer.from(signature, 'base64')));
  return signer && { value, kid: signer.kid };
}

/**
 * Judges the canary of an opaque secret, `<nonce>.<base64url of HMAC-SHA-256 under the secret's text>`, and then has a
 * value that this secret signed read like a cookie. The kid of the secret, or undefined when the canary is refused.
 */
export function readSecretCanary(credential: string, secrets: readonly SigningSecret[]): string | undefined {
  const [nonce = '', mac = '', ...rest] = credential.split('.');
  if (nonce === '' || rest.length > 0) return undefined;
  const maker = secrets.find(({ secret }) => equal(hmac(secret, nonce), Buffer.from(mac, 'base64url')));
  if (maker === undefined) return undefined;
  const cookie = `${nonce}.${hmac(maker.secret, nonce).toString('base64')}`;
  return readSignedValue(cookie, secrets)?.kid;
}

const hmac = (key: string, value: string): Buffer => createHmac('sha256', key).update(value).digest();

const equal = (expected: Buffer, given: Buffer): boolean =>
  expected.length === given.length && timingSafeEqual(expected, given);

/** Better Auth gives its signed bearer tokens percent-encoded. */
function percentDecoded(text: string): string {
  if (!text.includes('%')) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
