import { fromBase64Url, olderSigner, type SigningSecrets, toBase64Url } from './signing-secret.js';

const parseObject = (encoded: string): Record<string, unknown> | undefined => {
  const base64 = fromBase64Url(encoded);
  if (base64 === undefined) return undefined;
  try {
    const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
    const value: unknown = JSON.parse(new TextDecoder().decode(bytes));
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
};

/** The claims of a JWT, whoever signed it; undefined when it is none. */
export const jwtClaims = (token: string): Record<string, unknown> | undefined => parseObject(token.split('.')[1] ?? '');

/**
 * The JWT of a mail link or of the `jwt` cookie cache, with the signature replaced: header and claims stay byte for
 * byte, expiry is Better Auth's to judge. The length does not change. Undefined when there is nothing to carry over.
 */
export const carryJwt = (token: string, secrets: SigningSecrets): string | undefined => {
  const [header, payload, signature, ...rest] = token.split('.');
  if (!header || !payload || !signature || rest.length > 0 || parseObject(header)?.['alg'] !== 'HS256')
    return undefined;
  const base64 = fromBase64Url(signature);
  const signed = `${header}.${payload}`;
  if (base64 === undefined || !olderSigner(secrets, signed, base64)) return undefined;
  return `${signed}.${toBase64Url(secrets.active.sign(signed))}`;
};
