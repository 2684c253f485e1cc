import type { RingKey, RingSettings } from '@keyturn/keyring/document';

/**
 * D, the time for which a replaced key is still accepted:
 *
 *   D = longest credential life ever allowed while the key signed
 *     + leeway of the verifiers
 *     + clock error of the issuer        (it stamped `exp` with a clock that may be ahead)
 *     + clock error of the verifier      (it may be behind)
 *     + 2 × clock error of the operator  (one leader starts the drain, another may end it)
 *     + issuer lease L                   (an issuer that has not heard of the change signs for no longer than that)
 *
 * All in milliseconds. Because L is inside, the drain begins with the write that activates the next key.
 */
export const drainMs = (longestLifetimeMs: number, settings: RingSettings): number =>
  longestLifetimeMs +
  settings.clockSkewMs +
  settings.clockErrorMs +
  settings.clockErrorMs +
  2 * settings.clockErrorMs +
  settings.issuerLeaseMs;

/** Epoch ms until which a key that is replaced at `replacedAt` is accepted. */
export const drainUntil = (
  key: Pick<RingKey, 'longestLifetimeMs'>,
  settings: RingSettings,
  replacedAt: number,
): number => replacedAt + drainMs(key.longestLifetimeMs, settings);

/**
 * A key after the settings of its ring were edited. What its drain must outlast never gets shorter: a longer life
 * counts from now on, a shorter one does not, and a lease that was longer may still be held by an issuer.
 */
export function underSettings(key: RingKey, before: RingSettings, after: RingSettings): RingKey {
  if (key.state === 'active') {
    const heldLeaseMs = Math.max(0, before.issuerLeaseMs - after.issuerLeaseMs);
    return { ...key, longestLifetimeMs: Math.max(after.maxCredentialLifetimeMs, key.longestLifetimeMs + heldLeaseMs) };
  }
  if (key.state === 'draining' && key.drainUntil !== undefined) {
    const moreLeewayMs = Math.max(0, after.clockSkewMs - before.clockSkewMs);
    const moreErrorMs = Math.max(0, after.clockErrorMs - before.clockErrorMs);
    return { ...key, drainUntil: key.drainUntil + moreLeewayMs + 4 * moreErrorMs };
  }
  return key;
}
