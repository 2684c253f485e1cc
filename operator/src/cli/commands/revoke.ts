import type { RingStatus } from '../../records/index.js';
import { CommandError, EXIT } from '../exit-codes.js';
import type { Output } from '../output.js';
import { shortKid } from '../render/text.js';
import { confirm } from './confirm.js';

/** What a revocation will do, in sentences for the person who is about to order it. */
export function consequences(ring: RingStatus, keys: readonly string[] | 'all'): string[] {
  const live = ring.keys.filter(({ state }) => ['pending', 'active', 'draining'].includes(state));
  const hit = live.filter(({ kid }) => keys === 'all' || keys.includes(kid));
  const standby = live.find(
    ({ kid, state, provenAt }) => state === 'pending' && provenAt && !hit.some((k) => k.kid === kid),
  );
  const signs = hit.some(({ state }) => state === 'active');
  const who = hit.length === 1 ? 'it' : 'they';
  const what =
    ring.algorithm === 'opaque' ? `sessions and links that ${who} signed end` : `tokens that ${who} signed are refused`;
  return [
    `${hit.map(({ kid, state }) => `${shortKid(kid)} (${state})`).join(', ') || 'no live key'} will be revoked: ${what} at once.`,
    ...(!signs
      ? []
      : [
          standby
            ? `The standby ${shortKid(standby.kid)} signs at once.`
            : 'There is no other proven key: nothing is signed until a fresh one is proven.',
        ]),
    ...(ring.algorithm === 'opaque' && signs ? [`Everybody whose session ${who} signed has to sign in again.`] : []),
  ];
}

/** Full kids for those given, which may be shortened as long as they are unambiguous. */
export function completeKids(ring: RingStatus, given: readonly string[]): string[] {
  return given.map((prefix) => {
    const found = ring.keys.filter(({ kid }) => kid.startsWith(prefix.replace(/…$/, '')));
    if (found.length === 1 && found[0]) return found[0].kid;
    const rule = found.length === 0 ? 'the ring has no such key' : 'more than one key begins like this';
    throw new CommandError(
      `KID "${prefix}": ${rule}. Keys: ${ring.keys.map(({ kid }) => kid).join(', ')}.`,
      EXIT.usage,
    );
  });
}

/** Says what will happen and asks; off a terminal --yes is needed. */
export const confirmRevocation = (
  output: Output,
  ring: RingStatus,
  keys: readonly string[] | 'all',
  yes: boolean,
): Promise<void> =>
  confirm(
    output,
    {
      consequences: consequences(ring, keys),
      question: 'Revoke?',
      hint: 'Add --yes to confirm the revocation.',
      declined: 'Nothing was revoked.',
    },
    yes,
  );
