import type { VersionedSecret } from '../better-auth/ring-secrets.js';
import type { RowsByVersion } from './count-rows.js';

/** What of a ring the count needs: the secret that signs, all secrets it can still decrypt with, the one it began with. */
export interface CountedSecrets {
  readonly active: VersionedSecret | undefined;
  readonly versions: readonly VersionedSecret[];
  readonly legacy: VersionedSecret | undefined;
}

/**
 * Values left under each secret that does not sign, by kid: zero is said, not left out. Values without an envelope count
 * for the secret with which the ring began.
 */
export const rowsByKid = (rows: RowsByVersion, secrets: CountedSecrets): Record<string, number> =>
  Object.fromEntries(
    secrets.versions
      .filter(({ kid }) => kid !== secrets.active?.kid)
      .map(({ kid, version }) => {
        const bare = kid === secrets.legacy?.kid ? (rows.get(undefined) ?? 0) : 0;
        return [kid, (rows.get(version) ?? 0) + bare];
      }),
  );

/** Values that a sweep has to re-encrypt: all that the active secret has not encrypted. */
export const staleRows = (rows: RowsByVersion, active: VersionedSecret): number => {
  let stale = 0;
  for (const [version, count] of rows) if (version !== active.version) stale += count;
  return stale;
};
