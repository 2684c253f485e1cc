import { isNativeError } from 'node:util/types';
import { serializeError } from './error-serializer.js';

/**
 * What never reaches a log: members whose name says that they hold a secret, at any depth, and text that has the shape
 * of a credential, wherever it stands in a line.
 */
export const CENSOR = '[redacted]';

const SECRET_NAME =
  /authorization$|cookie|passw(?:or)?d|secret|credential|private_?key|api_?key|^otp$|^jwks?$|^[dk]$|(?:^|[a-z_-])tokens?$/i;
/** Names that match the pattern above but hold a number or a name. */
const HARMLESS: ReadonlySet<string> = new Set(['secretVersion', 'cookieName']);
const DEPTH = 8;

export const holdsSecret = (name: string): boolean => SECRET_NAME.test(name) && !HARMLESS.has(name);

/**
 * A copy of plain data without the members that hold a secret. Errors become what a log shows of them; of another
 * object without `toJSON` only the name of its class is left, since nobody knows what is inside.
 */
export const redact = (value: unknown, depth = 0): unknown => {
  if (value === null || typeof value !== 'object') return value;
  if (isNativeError(value)) return serializeError(value);
  if (depth >= DEPTH) return '[too deep]';
  if (Array.isArray(value)) return value.map((item) => redact(item, depth + 1));
  if ('toJSON' in value && !Buffer.isBuffer(value)) return value;
  const name = value.constructor?.name ?? 'Object';
  if (name !== 'Object') return `[${name}]`;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => {
      const secret = holdsSecret(key) && member !== undefined && member !== null;
      return [key, secret ? CENSOR : redact(member, depth + 1)];
    }),
  );
};

const SHAPES: readonly (readonly [RegExp, string])[] = [
  // A JWT or another JWS in compact form.
  [/\beyJ[\w-]{8,}\.[\w-]+\.[\w-]*/g, CENSOR],
  [/\b(Bearer|Basic|DPoP) +[\w.~+/-]{8,}=*/gi, `$1 ${CENSOR}`],
  // The password in a URL.
  [/\b([a-z][a-z0-9+.-]*:\/\/[^\s/:@"]*):[^\s/@"]+@/gi, `$1:${CENSOR}@`],
  // Query parameters that are credentials of their own.
  [/([?&](?:[a-z_]*token|code|state|key|secret|password)=)[^&#\s"]+/gi, `$1${CENSOR}`],
];

/** A line of log without text in the shape of a credential. */
export const redactText = (line: string): string =>
  SHAPES.reduce((text, [shape, replacement]) => text.replace(shape, replacement), line);
