/** One secret of the ring: it can sign and verify, and cannot be read. */
export interface SigningSecret {
  readonly kid: string;
  /** HMAC-SHA-256 over the UTF-8 bytes of `value`, base64 with padding: 44 characters. */
  sign(value: string): string;
  /** Compares in constant time. */
  verify(value: string, signature: string): boolean;
}

/** The secrets that count for verification: the active one, and the other live ones whose work is carried over. */
export interface SigningSecrets {
  readonly active: SigningSecret;
  readonly others: readonly SigningSecret[];
  /** Whether some secret may still decrypt but must not be believed: what it encrypted for a client is dropped. */
  readonly distrusted: boolean;
}

/** The secret among `others` that signed, if any. Work of the active secret needs no carrying over. */
export const olderSigner = (secrets: SigningSecrets, value: string, signature: string): SigningSecret | undefined => {
  if (secrets.active.verify(value, signature)) return undefined;
  return secrets.others.find((secret) => secret.verify(value, signature));
};

export const toBase64Url = (base64: string): string =>
  base64.replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');

/** Standard base64 with padding; undefined when the text is not canonical base64url. */
export const fromBase64Url = (text: string): string | undefined => {
  if (!/^[A-Za-z0-9_-]*$/.test(text) || text.length % 4 === 1) return undefined;
  return text
    .replaceAll('-', '+')
    .replaceAll('_', '/')
    .padEnd(Math.ceil(text.length / 4) * 4, '=');
};
