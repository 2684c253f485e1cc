import {
  activeKey,
  isAccepted,
  keysIn,
  type RingDocument,
  type RingKey,
  type RingKeyBase,
} from '@keyturn/keyring/document';
import type { Evidence } from './evidence.js';
import type { Intent, Laggard } from './plan.js';

/**
 * The guards of the decisions, each a named question about plain data. They are exported one by one so that a model can
 * take one away and show what breaks.
 */

/** Keys that were declared compromised and that verifiers still accept: an emergency that is not yet written. */
export const threats = (ring: Pick<RingDocument, 'keys'>, intent: Intent): RingKey[] => {
  const declared = new Set(intent.revoke?.kids);
  return ring.keys.filter(({ kid, state }) => declared.has(kid) && isAccepted(state));
};

/** Another key signs than the one that was active when the rotation was asked for: it is done. */
export const isRotated = (ring: Pick<RingDocument, 'keys'>, replaces: string | null): boolean => {
  const active = activeKey(ring.keys);
  return active !== undefined && active.kid !== replaces;
};

/** The oldest pending key, a proven one first. */
export const standby = <K extends RingKeyBase>(ring: { readonly keys: readonly K[] }): K | undefined => {
  const pending = keysIn(ring.keys, 'pending').sort((a, b) => a.since - b.since);
  return pending.find(isProven) ?? pending[0];
};

/** Evidence cannot fall, so a proof is stored in the ring and never asked for again. */
export const isProven = (key: RingKeyBase): boolean => key.provenAt !== undefined;

/** Every consumer is proved to have loaded the generation in which the key entered its state, and to keep it. */
export const isLoadedEverywhere = (key: RingKey, evidence: Evidence): boolean => evidence.minV >= key.since;

/** Every process that was listed has accepted a credential of the key by its own path of verification. */
export const isAcceptedEverywhere = (key: RingKey, evidence: Evidence): boolean =>
  evidence.canaryFor === key.kid && canaryHolders(evidence).length === 0;

/** Who has not accepted the canary of this round. */
export const canaryHolders = (evidence: Evidence): Laggard[] =>
  evidence.consumers
    .filter(({ canary }) => canary?.accepted !== true)
    .map(({ name, proved, canary, trouble }) => ({
      name,
      generation: proved,
      why: canary ? 'CanaryRefused' : (trouble ?? 'CanaryNotSent'),
      ...(canary?.reason !== undefined && { detail: canary.reason }),
    }));

export const isDrainOver = (key: RingKey, now: number): boolean =>
  key.drainUntil !== undefined && now >= key.drainUntil;

/** Whether retirement and revocation of a key wait for rows of data: only its issuers know them. */
export const mustBeSwept = (ring: Pick<RingDocument, 'settings'>): boolean => ring.settings.encryptsData;

/**
 * Who keeps a key of a ring that encrypts data: issuers with rows left under it, and issuers that have not counted
 * since they loaded the ring in which it does not sign. With no issuer at all nobody has counted.
 */
export const rowHolders = (key: RingKey, evidence: Evidence): Laggard[] => {
  const issuers = evidence.consumers.filter(({ role }) => role === 'issuer');
  if (issuers.length === 0) return [{ name: '(no issuer)', generation: 0, why: 'RowsNotCounted' }];
  return issuers.flatMap(({ name, proved, loaded, rowsLeft, trouble }): Laggard[] => {
    const rows = rowsLeft?.[key.kid];
    if (rows === undefined || loaded === undefined || loaded < key.since) {
      return [{ name, generation: proved, why: trouble ?? 'RowsNotCounted' }];
    }
    return rows > 0 ? [{ name, generation: proved, why: 'RowsLeft', detail: `${rows} rows` }] : [];
  });
};
