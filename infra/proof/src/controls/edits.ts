import type { RingDocument, RingKey } from '@keyturn/keyring/document';
import type { FreshKey } from '@keyturn/operator/planner';

/** Changes of a ring that no guard of the planner was asked about. Each is one write: generation + 1. */
type Edit = (ring: RingDocument) => RingDocument;

const next = (ring: RingDocument, keys: readonly RingKey[]): RingDocument => ({
  ...ring,
  generation: ring.generation + 1,
  keys,
});

const made = (ring: RingDocument, { kid, jwk, secret }: FreshKey, now: number): Omit<RingKey, 'state'> => ({
  kid,
  since: ring.generation + 1,
  createdAt: now,
  longestLifetimeMs: ring.settings.maxCredentialLifetimeMs,
  ...(jwk && { jwk }),
  ...(secret !== undefined && { secret }),
  ...(ring.type === 'SharedSecret' && {
    secretVersion: 1 + Math.max(0, ...ring.keys.map(({ secretVersion }) => secretVersion ?? 0)),
  }),
});

const drain = (ring: RingDocument, now: number, drainMs: number): RingKey[] =>
  ring.keys.map((key) =>
    key.state === 'active' ? { ...key, state: 'draining', since: ring.generation + 1, drainUntil: now + drainMs } : key,
  );

/** A fresh key that nobody has proved to know. */
export const withPending =
  (fresh: FreshKey, now: number): Edit =>
  (ring) =>
    next(ring, [...ring.keys, { ...made(ring, fresh, now), state: 'pending' }]);

/** A pending key signs, whether anybody has loaded it or not. */
export const activated =
  (kid: string, now: number, drainMs: number): Edit =>
  (ring) =>
    next(
      ring,
      drain(ring, now, drainMs).map((key) =>
        key.kid === kid ? { ...key, state: 'active', since: ring.generation + 1, activatedAt: now } : key,
      ),
    );

/** A fresh key signs in the very write in which it appears. */
export const replacedAtOnce =
  (fresh: FreshKey, now: number, drainMs: number): Edit =>
  (ring) =>
    next(ring, [...drain(ring, now, drainMs), { ...made(ring, fresh, now), state: 'active', activatedAt: now }]);

/** Draining keys whose time is over are gone. */
export const retired =
  (now: number): Edit =>
  (ring) =>
    next(
      ring,
      ring.keys.map(({ jwk, secret, drainUntil, ...key }) =>
        key.state === 'draining' && (drainUntil ?? 0) <= now
          ? { ...key, state: 'retired', since: ring.generation + 1 }
          : { ...key, ...(jwk && { jwk }), ...(secret !== undefined && { secret }), ...(drainUntil && { drainUntil }) },
      ),
    );
