import { carryJwt } from './signed-jwt.js';
import { fromBase64Url, olderSigner, type SigningSecrets, toBase64Url } from './signing-secret.js';

/**
 * The value of the `session_data` cookie, in each of Better Auth's strategies: `compact` (base64url of a JSON object with
 * its own signature), `jwt` (HS256), `jwe` (encrypted, so Better Auth itself tries every secret). The result has the
 * length of the input, so a value in chunks keeps its chunks.
 *
 * `null` = drop it: it was encrypted, and one of the secrets that can decrypt it must not be believed any more.
 * Undefined = leave it as it is.
 */
export const carrySessionCache = (value: string, secrets: SigningSecrets): string | null | undefined => {
  const parts = value.split('.').length;
  if (parts === 5) return secrets.distrusted ? null : undefined;
  return parts === 3 ? carryJwt(value, secrets) : carryCompact(value, secrets);
};

interface Compact {
  session: Record<string, unknown>;
  expiresAt: number;
  signature: string;
}

const carryCompact = (value: string, secrets: SigningSecrets): string | undefined => {
  const compact = parseCompact(value);
  const signature = compact && fromBase64Url(compact.signature);
  if (!compact || signature === undefined) return undefined;
  const signed = JSON.stringify({ ...compact.session, expiresAt: compact.expiresAt });
  if (!olderSigner(secrets, signed, signature)) return undefined;
  const resigned: Compact = { ...compact, signature: toBase64Url(secrets.active.sign(signed)) };
  return encode(JSON.stringify(resigned));
};

const parseCompact = (value: string): Compact | undefined => {
  const base64 = fromBase64Url(value);
  if (!base64) return undefined;
  try {
    const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
    const parsed = JSON.parse(new TextDecoder().decode(bytes)) as Partial<Compact> | null;
    const { session, expiresAt, signature } = parsed ?? {};
    if (typeof session !== 'object' || session === null || typeof expiresAt !== 'number') return undefined;
    return typeof signature === 'string' ? { session, expiresAt, signature } : undefined;
  } catch {
    return undefined;
  }
};

const encode = (text: string): string => {
  const bytes = new TextEncoder().encode(text);
  return toBase64Url(btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join('')));
};
