import {
  isAccepted,
  type PublicRingDocument,
  type PublicRingKey,
  RANK,
  type RingDocument,
  type RingKey,
} from '@keyturn/keyring/document';
import { type FreshKey, pendingKey } from './apply-plan.js';

/** Keys that verifiers accept and of which the older copy has no private part: what they signed is refused from now on. */
export const lostKids = (truth: RingDocument | undefined, projection: PublicRingDocument): string[] => {
  const known = new Set(truth?.keys.map(({ kid }) => kid));
  return projection.keys.filter(({ kid, state }) => isAccepted(state) && !known.has(kid)).map(({ kid }) => kid);
};

/**
 * The document with which a ring goes on after its truth was restored from an older copy, or was lost (undefined): one
 * generation above the projection, so that no generation ever means two things. A key goes on in the state in which
 * verifiers know it, since its rank must not fall; keys that the copy does not have are remembered as retired. When the
 * key that signed is lost, nobody signs until the fresh key is proven.
 *
 * `above` is the highest generation that anybody was heard to have, if that is more than the projection's.
 *
 * Throws TypeError when the projection is not ahead of the truth, or is of another ring.
 */
export function recoverRing(
  truth: RingDocument | undefined,
  projection: PublicRingDocument,
  fresh: FreshKey,
  now: number,
  above = 0,
): RingDocument {
  const { nextChangeAt: _next, form: _public, keys: _published, ...head } = projection;
  const copy: RingDocument = truth ?? { ...head, form: 'full', keys: [] };
  if (projection.ringId !== copy.ringId) throw new TypeError('the projection is of another ring');
  if (truth && projection.generation <= truth.generation)
    throw new TypeError('the projection is not ahead of the truth');
  const generation = Math.max(projection.generation, above) + 1;
  const published = new Map(projection.keys.map((key) => [key.kid, key]));
  const kept = copy.keys.map((key) => caughtUp(copy, key, published.get(key.kid), generation));
  const lost = projection.keys.filter(({ kid }) => !copy.keys.some((key) => key.kid === kid));
  const keys = [...kept, ...lost.map((key) => remembered(key, generation))];
  const standby = pendingKey({ ...copy, keys }, fresh, { since: generation, createdAt: now });
  return { ...copy, generation, keys: [...keys, standby] };
}

/** A key of the older copy, in the state that the projection has it in. One that is in neither any more is gone. */
function caughtUp(
  { settings }: RingDocument,
  key: RingKey,
  published: PublicRingKey | undefined,
  since: number,
): RingKey {
  if (!published) return isAccepted(key.state) ? { ...withoutMaterial(key), state: 'retired', since } : key;
  if (RANK[published.state] < RANK[key.state]) return key;
  const { jwk: _public, ...said } = published;
  const known = { ...key, ...said, since: RANK[published.state] === RANK[key.state] ? published.since : since };
  const usable = isAccepted(published.state) || (published.state === 'compromised' && settings.encryptsData);
  return usable ? known : withoutMaterial(known);
}

const remembered = ({ kid, createdAt, secretVersion }: PublicRingKey, since: number): RingKey => ({
  kid,
  state: 'retired',
  since,
  createdAt,
  longestLifetimeMs: 0,
  ...(secretVersion !== undefined && { secretVersion }),
});

const withoutMaterial = ({ jwk: _jwk, secret: _secret, ...key }: RingKey): RingKey => key;
