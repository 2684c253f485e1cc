import {
  type AnyRingDocument,
  type RingAlgorithm,
  type RingKeyBase,
  type RingType,
  SECRET_ALGORITHMS,
  SIGNING_ALGORITHMS,
} from './document.js';
import { KeyringError } from './errors.js';
import { Fields } from './fields.js';
import { parseJson } from './json.js';
import { readFullKey, readPublicKey, writeKey } from './key-codec.js';
import { readSettings, writeSettings } from './settings-codec.js';
import { formatTime, LATEST_TIME } from './time.js';

/** The newest schema that this build reads and writes. */
export const SCHEMA_VERSION = 1;
const MOST_KEYS = 4096;

/** A DNS label: the name of a ring is a file name and part of a Kubernetes label. */
export const RING_NAME = /^[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?$/;

const checkVersion = (root: Fields): void => {
  const version = root.integer('version', 1);
  if (version > SCHEMA_VERSION) {
    throw new KeyringError(
      'ERR_RING_SCHEMA_NEWER',
      `version: the ring was written in schema ${version}; this build reads up to ${SCHEMA_VERSION}, upgrade it first`,
      { field: 'version' },
    );
  }
};

const checkTogether = (keys: readonly RingKeyBase[], root: Fields): void => {
  const seen = new Set<string>();
  let active: number | undefined;
  for (const [index, { kid, state }] of keys.entries()) {
    if (seen.has(kid)) root.fail(`keys[${index}].kid`, 'must not be used twice');
    seen.add(kid);
    if (state !== 'active') continue;
    if (active !== undefined) root.fail(`keys[${index}].state`, `must not be active: keys[${active}] is`);
    active = index;
  }
};

const readHead = (root: Fields) => {
  checkVersion(root);
  const type = root.oneOf<RingType>('type', ['SigningKey', 'SharedSecret']);
  return {
    version: SCHEMA_VERSION as 1,
    ringId: root.text('ringId', /^[\x21-\x7e]{1,128}$/, 'must be 1 to 128 printable ASCII characters without spaces'),
    ring: root.text('ring', RING_NAME, 'must be a DNS label: a-z, 0-9 and -, at most 63 characters'),
    generation: root.integer('generation', 1),
    type,
    algorithm: root.oneOf<RingAlgorithm>('algorithm', type === 'SigningKey' ? SIGNING_ALGORITHMS : SECRET_ALGORITHMS),
    ...(root.has('issuer') && {
      issuer: root.text('issuer', /^\S{1,2048}$/, 'must be a text of 1 to 2048 characters without spaces'),
    }),
    settings: readSettings(root.object('settings')),
  };
};

/**
 * Reads the wire form of a ring document, full or public.
 * Throws KeyringError ERR_RING_INVALID (names the field and the rule, never a value) or ERR_RING_SCHEMA_NEWER.
 */
export const parseRingDocument = (text: string): AnyRingDocument => {
  const root = Fields.of(parseJson(text), '');
  const head = readHead(root);
  const form = root.oneOf('form', ['full', 'public']);
  const list = root.list('keys', MOST_KEYS);
  if (form === 'full') {
    const keys = list.map((key) => readFullKey(key, head));
    checkTogether(keys, root);
    return { form, ...head, keys };
  }
  const keys = list.map((key) => readPublicKey(key, head.type, head.generation));
  checkTogether(keys, root);
  return { form, ...head, keys, ...(root.has('nextChangeAt') && { nextChangeAt: root.time('nextChangeAt') }) };
};

/**
 * The wire form. It is read back before it is returned, so what breaks a rule (a private member in a public document
 * above all) is never written. Throws KeyringError ERR_RING_INVALID.
 */
export const serializeRingDocument = (document: AnyRingDocument): string => {
  const { settings, keys, nextChangeAt, ...head } = document as AnyRingDocument & { nextChangeAt?: number };
  const wire = {
    ...head,
    settings: writeSettings(settings),
    keys: keys.map(writeKey),
    ...(nextChangeAt !== undefined && { nextChangeAt: formatTime(Math.min(nextChangeAt, LATEST_TIME)) }),
  };
  const text = `${JSON.stringify(wire, null, 2)}\n`;
  parseRingDocument(text);
  return text;
};
