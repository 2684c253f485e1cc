import { parseRingDocument, serializeRingDocument } from '../document/codec.js';
import { formatDuration } from '../document/duration.js';
import type { PublicRingDocument } from '../document/document.js';
import { Fields } from '../document/fields.js';
import { parseJson } from '../document/json.js';
import { formatTime } from '../document/time.js';
import type { NotedMoment } from './moment.js';

/**
 * The pod's own file: below `generation` no process of this pod starts again, and `contact` is the last one with the
 * truth. A verifier keeps the public document with it, who holds secrets only the number.
 */
export interface OwnNote {
  readonly ring: string;
  readonly ringId: string;
  readonly podUid: string;
  readonly generation: number;
  readonly contact: NotedMoment;
  /** X and the clock error of the ring, so that a restart can judge before it has a document. */
  readonly restartGraceMs: number;
  readonly clockErrorMs: number;
  readonly document?: PublicRingDocument;
}

const NAME = /^\S{1,256}$/;

const readContact = (contact: Fields): NotedMoment => ({
  wallMs: contact.time('at'),
  ...(contact.has('bootId') && {
    kernel: { bootId: contact.text('bootId', NAME, 'must be a text'), uptimeMs: contact.integer('uptimeMs', 0) },
  }),
});

/** Throws KeyringError ERR_RING_INVALID: a damaged own file is treated as none, which asks for a confirming read. */
export const parseNote = (text: string): OwnNote => {
  const root = Fields.of(parseJson(text), '');
  root.integer('version', 1, 1);
  const note = {
    ring: root.text('ring', NAME, 'must be a text'),
    ringId: root.text('ringId', NAME, 'must be a text'),
    podUid: root.text('podUid', NAME, 'must be a text'),
    generation: root.integer('generation', 1),
    contact: readContact(root.object('contact')),
    restartGraceMs: root.duration('restartGrace'),
    clockErrorMs: root.duration('clockError'),
  };
  if (!root.has('document')) return note;
  const document = parseRingDocument(JSON.stringify(root.raw('document')));
  if (document.form !== 'public') return root.fail('document', 'must be public');
  if (document.generation !== note.generation) root.fail('document', 'must be of the generation of the file');
  if (document.ringId !== note.ringId) root.fail('document', 'must be of the ring of the file');
  return { ...note, document };
};

export const serializeNote = (note: OwnNote): string => {
  const { wallMs, kernel } = note.contact;
  const wire = {
    version: 1,
    ring: note.ring,
    ringId: note.ringId,
    podUid: note.podUid,
    generation: note.generation,
    contact: {
      at: formatTime(Math.max(0, Math.floor(wallMs))),
      ...(kernel && { bootId: kernel.bootId, uptimeMs: Math.floor(kernel.uptimeMs) }),
    },
    restartGrace: formatDuration(note.restartGraceMs),
    clockError: formatDuration(note.clockErrorMs),
    ...(note.document && { document: JSON.parse(serializeRingDocument(note.document)) as unknown }),
  };
  return `${JSON.stringify(wire)}\n`;
};
