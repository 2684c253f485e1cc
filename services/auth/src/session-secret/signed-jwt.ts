import { fromBase64Url, olderSigner, type SigningSecrets, toBase64Url } from './signing-secret.js';

const isHs256 = (encodedHeader: string): boolean => {
  const base64 = fromBase64Url(encodedHeader);
  if (base64 === undefined) return false;
  try {
    const header: unknown = JSON.parse(atob(base64));
    return typeof header === 'object' && header !== null && (header as { alg?: unknown }).alg === 'HS256';
  } catch {
    return false;
  }
};

/**
 * The JWT of a mail link or of the `jwt` cookie cache, with the signature replaced: header and claims stay byte for
 * byte, expiry is Better Auth's to judge. The length does not change. Undefined when there is nothing to carry over.
 */
export const carryJwt = (token: string, secrets: SigningSecrets): string | undefined => {
  const [header, payload, signature, ...rest] = token.split('.');
  if (!header || !payload || !signature || rest.length > 0 || !isHs256(header)) return undefined;
  const base64 = fromBase64Url(signature);
  const signed = `${header}.${payload}`;
  if (base64 === undefined || !olderSigner(secrets, signed, base64)) return undefined;
  return `${signed}.${toBase64Url(secrets.active.sign(signed))}`;
};
