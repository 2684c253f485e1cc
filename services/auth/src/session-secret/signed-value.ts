import { olderSigner, type SigningSecret, type SigningSecrets } from './signing-secret.js';

/** Better Auth's signed value, `<value>.<signature>`, as in its cookies and bearer tokens. */
export interface SignedValue {
  readonly value: string;
  readonly signature: string;
}

const SIGNED = /^(.+)\.([A-Za-z0-9+/]{43}=)$/s;

/** Percent-decoding that leaves a text alone which is not percent-encoded; so does Better Auth. */
export const decode = (text: string): string => {
  if (!text.includes('%')) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
};

export const parseSigned = (text: string): SignedValue | undefined => {
  const match = SIGNED.exec(decode(text));
  return match?.[1] && match[2] ? { value: match[1], signature: match[2] } : undefined;
};

export const signValue = (value: string, secret: SigningSecret): string => `${value}.${secret.sign(value)}`;

/** A value that an older secret signed, and the same value signed by the active one. */
export interface CarriedValue {
  readonly value: string;
  readonly signedBy: SigningSecret;
  /** Not percent-encoded. */
  readonly resigned: string;
}

/** Undefined when there is nothing to carry over: not a signed value, signed by the active secret, or by none. */
export const carrySigned = (text: string, secrets: SigningSecrets): CarriedValue | undefined => {
  const signed = parseSigned(text);
  if (!signed) return undefined;
  const signedBy = olderSigner(secrets, signed.value, signed.signature);
  return signedBy && { value: signed.value, signedBy, resigned: signValue(signed.value, secrets.active) };
};
