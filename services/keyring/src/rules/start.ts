import { ageInThisBoot, ageOf, type Moment } from './moment.js';
import type { OwnNote } from './note.js';

export type ConfirmReason = 'fresh-pod' | 'file-of-another-pod' | 'contact-too-old' | 'contact-age-unknown';

export type StartPlan =
  /** Load nothing, serve nothing, sign nothing before one confirming read. */
  | { readonly kind: 'confirm'; readonly because: ConfirmReason; readonly floor: number; readonly ringId?: string }
  /** Start from the newest of own file, mount and HTTP, and keep asking. */
  | {
      readonly kind: 'resume';
      readonly floor: number;
      readonly ringId: string;
      readonly contactAgeMs: number;
      /** Age of the contact that the lease still counts from; absent after a reboot: nothing is left of it. */
      readonly leaseAgeMs?: number;
    };

/**
 * P1: what may a process start from?
 * 1. No own file (or an unreadable one): a fresh pod.
 * 2. The file of another pod is no evidence about this one: a fresh pod.
 * 3. A contact older than X, or of unknown age: as a fresh pod, yet never below the own file.
 * 4. A restart in the same pod: from its file, with what is left of its lease.
 */
export const planStart = (note: OwnNote | undefined, podUid: string, now: Moment): StartPlan => {
  if (!note) return { kind: 'confirm', because: 'fresh-pod', floor: 0 };
  if (note.podUid !== podUid) return { kind: 'confirm', because: 'file-of-another-pod', floor: 0 };
  const known = { floor: note.generation, ringId: note.ringId };
  const contactAgeMs = ageOf(note.contact, now, note.clockErrorMs);
  if (contactAgeMs === undefined) return { kind: 'confirm', because: 'contact-age-unknown', ...known };
  if (contactAgeMs > note.restartGraceMs) return { kind: 'confirm', because: 'contact-too-old', ...known };
  const leaseAgeMs = ageInThisBoot(note.contact, now);
  return { kind: 'resume', ...known, contactAgeMs, ...(leaseAgeMs !== undefined && { leaseAgeMs }) };
};
