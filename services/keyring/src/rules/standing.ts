import type { RingSettings } from '../document/document.js';

/** What is left of the lease (P4): an issuer signs only while its last contact is younger than L. Milliseconds, 0 = ended. */
export const leaseLeftMs = (contactMs: number | undefined, nowMs: number, { issuerLeaseMs }: RingSettings): number =>
  contactMs === undefined ? 0 : Math.max(0, contactMs + issuerLeaseMs - nowMs);

/** Whether the last confirming read is so old that the process must not serve any more (P7). */
export const isPastHardLimit = (contactMs: number | undefined, nowMs: number, { hardLimitMs }: RingSettings): boolean =>
  contactMs === undefined || nowMs - contactMs >= hardLimitMs;

/**
 * How often a running process makes a confirming read: a quarter of every period that one keeps alive, so that three
 * may fail. Signing processes count the lease as well.
 */
export const confirmEveryMs = (settings: RingSettings, signs: boolean): number =>
  Math.min(settings.restartGraceMs, settings.hardLimitMs, ...(signs ? [settings.issuerLeaseMs] : [])) / 4;

/** Whether a contact is worth a write of the own file: half of the distance between two confirming reads. */
export const isWorthNoting = (
  notedMs: number | undefined,
  contactMs: number,
  settings: RingSettings,
  signs: boolean,
): boolean => notedMs === undefined || contactMs - notedMs >= confirmEveryMs(settings, signs) / 2;
