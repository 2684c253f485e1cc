import { GuardError } from './errors.js';
import { AmbiguousJson, parseStrictObject } from './strict-json.js';

/** A compact JWS (RFC 7515, 7.1), taken apart and not yet believed. */
export interface CompactToken {
  readonly alg: string;
  readonly kid: string;
  /** Lower case, without a leading `application/`; undefined when the header has none. */
  readonly typ: string | undefined;
  readonly claims: Record<string, unknown>;
  /** The bytes that are signed: `<header>.<payload>`. */
  readonly signed: Buffer;
  readonly signature: Buffer;
}

/** Longest credential that is looked at, in characters. Node's own limit for all headers together is 16 KiB. */
export const DEFAULT_MAX_TOKEN_LENGTH = 8192;
const MAX_KID_LENGTH = 256;
const CONTROL = /\p{Cc}/u;

const malformed = (rule: string): GuardError =>
  new GuardError('ERR_TOKEN_MALFORMED', `the token is malformed: ${rule}`);

/**
 * Takes a compact JWS apart. Everything that would let two texts stand for one token is refused: padding, characters
 * outside base64url, unused bits that are not zero, duplicate members.
 *
 * The header members `jku`, `jwk`, `x5u` and `x5c` are not read: keys come from the ring alone.
 * Throws GuardError ERR_TOKEN_TOO_LARGE, ERR_TOKEN_MALFORMED, ERR_TOKEN_CRITICAL_HEADER or ERR_TOKEN_UNKNOWN_KEY.
 */
export function parseCompact(token: string, maxLength: number): CompactToken {
  if (token.length > maxLength) {
    throw new GuardError('ERR_TOKEN_TOO_LARGE', `the token has more than ${maxLength} characters`);
  }
  const first = token.indexOf('.');
  const second = token.indexOf('.', first + 1);
  // A further dot would be in the signature, where it is no base64url.
  if (first < 1 || second < 0) throw malformed('not three segments');
  const header = readObject(token.slice(0, first), 'header');
  const { alg, typ } = header;
  if ('crit' in header) {
    throw new GuardError('ERR_TOKEN_CRITICAL_HEADER', 'the token has a critical header that is not understood');
  }
  if (typeof alg !== 'string') throw malformed('alg is not a string');
  if (typ !== undefined && typeof typ !== 'string') throw malformed('typ is not a string');
  return {
    alg,
    kid: readKid(header['kid']),
    typ: typ?.toLowerCase().replace(/^application\//, ''),
    claims: readObject(token.slice(first + 1, second), 'payload'),
    signed: Buffer.from(token.slice(0, second), 'latin1'),
    signature: decodeSegment(token.slice(second + 1), 'signature'),
  };
}

function readKid(kid: unknown): string {
  if (kid === undefined) throw new GuardError('ERR_TOKEN_UNKNOWN_KEY', 'the token names no key');
  if (typeof kid !== 'string' || kid.length === 0 || kid.length > MAX_KID_LENGTH || CONTROL.test(kid)) {
    throw malformed('kid is not a short printable string');
  }
  return kid;
}

function readObject(segment: string, part: string): Record<string, unknown> {
  try {
    return parseStrictObject(decodeSegment(segment, part));
  } catch (error) {
    if (error instanceof AmbiguousJson) throw malformed(`${part}: ${error.message}`);
    throw error;
  }
}

/** Decoding is lenient in Node, so the text is accepted only if it is what encoding the bytes gives. */
function decodeSegment(segment: string, part: string): Buffer {
  const bytes = Buffer.from(segment, 'base64url');
  if (segment.length === 0 || bytes.toString('base64url') !== segment)
    throw malformed(`${part}: not canonical base64url`);
  return bytes;
}
