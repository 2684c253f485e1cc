import { isUtf8 } from 'node:buffer';

/** A JSON text that two parsers could read differently. The message names the rule, never the content. */
export class AmbiguousJson extends Error {}

/**
 * Parses the UTF-8 text of one JSON object and refuses what parsers disagree about: invalid UTF-8, a byte order mark,
 * duplicate members (also when one name is escaped), lone surrogates, and a member called `__proto__`.
 *
 * Throws AmbiguousJson.
 */
export function parseStrictObject(bytes: Buffer): Record<string, unknown> {
  if (!isUtf8(bytes)) throw new AmbiguousJson('not UTF-8');
  const text = bytes.toString('utf8');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new AmbiguousJson('not JSON');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new AmbiguousJson('not an object');
  refuseAmbiguity(text);
  return value as Record<string, unknown>;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;

/** Walks a text that is known to be valid JSON, with a stack of its own: depth costs no recursion. */
function refuseAmbiguity(text: string): void {
  /** One entry for each open object (its names so far) or array (null). */
  const open: (Set<string> | null)[] = [];
  let nameExpected = false;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      const end = endOfString(text, at);
      const content = stringContent(text, at, end);
      if (nameExpected) addName(open.at(-1), content);
      nameExpected = false;
      at = end;
    } else if (code === OPEN_OBJECT) {
      open.push(new Set());
      nameExpected = true;
    } else if (code === OPEN_ARRAY) {
      open.push(null);
      nameExpected = false;
    } else if (code === CLOSE_OBJECT || code === CLOSE_ARRAY) {
      open.pop();
      nameExpected = false;
    } else if (code === COMMA) {
      nameExpected = open.at(-1) !== null;
    }
  }
}

/** Index of the closing quote of the string that begins at `start`. */
function endOfString(text: string, start: number): number {
  let at = start + 1;
  while (text.charCodeAt(at) !== QUOTE) at += text.charCodeAt(at) === BACKSLASH ? 2 : 1;
  return at;
}

function stringContent(text: string, start: number, end: number): string {
  const raw = text.slice(start + 1, end);
  if (!raw.includes('\\')) return raw;
  const content = JSON.parse(text.slice(start, end + 1)) as string;
  if (!content.isWellFormed()) throw new AmbiguousJson('a lone surrogate');
  return content;
}

function addName(names: Set<string> | null | undefined, name: string): void {
  if (name === '__proto__') throw new AmbiguousJson('a member named __proto__');
  if (names?.has(name)) throw new AmbiguousJson('a duplicate member');
  names?.add(name);
}
