import type { PublicRingDocument, RingDocument } from '@keyturn/keyring/document';
import { lostKids, type Step, type Wait } from '../planner/index.js';

/** How plans are said to people. The reasons themselves are the planner's; this adds sentences, names and commands. */

const NAMES_SHOWN = 20;

const WHAT: Readonly<Record<Wait['reason'], string>> = {
  NothingDue: 'nothing is due',
  Paused: 'the schedule is paused; keyturn rotate still works',
  DrainNotOver: 'credentials of a replaced key are still valid',
  ReceiptsBehind: 'processes have not proved that they loaded the generation',
  CanaryNotAccepted: 'processes do not accept a credential of the pending key',
  RowsLeft: 'data is still encrypted under the key',
  TooManyLiveKeys: 'maxLiveKeys keys are alive; one has to retire first',
  OutsideCaches: 'verifiers outside the receipts may still use what they cached',
  NoIssuer: 'no issuer is found, so the key that signs is kept',
};

const OF_A_KEY: ReadonlySet<Wait['reason']> = new Set(['CanaryNotAccepted', 'RowsLeft']);

/** What is waited for, who holds it, and the next command. */
export function sayWait(wait: Wait, ring: string): string {
  const named = wait.laggards.slice(0, NAMES_SHOWN).map(({ name, generation, why, detail }) => {
    return `${name} (${why}, generation ${generation}${detail ? `: ${detail}` : ''})`;
  });
  const more = wait.laggards.length > NAMES_SHOWN ? ` and ${wait.laggards.length - NAMES_SHOWN} more` : '';
  const about = wait.reason === 'ReceiptsBehind' ? wait.atLeast : OF_A_KEY.has(wait.reason) ? wait.kid : undefined;
  const needed = about === undefined ? '' : ` ${about}`;
  const until = wait.until === undefined ? '' : `, until ${new Date(wait.until).toISOString()}`;
  const who = named.length > 0 ? `: ${named.join(', ')}${more}` : '';
  const command = wait.laggards.length > 0 ? `. See: keyturn status ${ring}` : '';
  const label = wait.reason === 'NoIssuer' ? `. ${missingLabel(ring)}` : '';
  return `${WHAT[wait.reason]}${needed}${until}${who}${command}${label}`;
}

/** What the pods of an issuer have to say, for a ring that finds none. */
const missingLabel = (ring: string): string => `Its pods need the label ring.keyturn.dev/${ring}: issuer`;

/** The same where no rotation waits for it. */
export const sayNoIssuer = (ring: string): string => `${WHAT.NoIssuer} when a rotation is due. ${missingLabel(ring)}`;

/** What a recovery costs: keys that the newest form of the ring has, and the truth that went back (undefined: is gone) lacks. */
export function sayLost(truth: RingDocument | undefined, newest: PublicRingDocument): string {
  const kids = lostKids(truth, newest);
  const lost = newest.keys.filter(({ kid }) => kids.includes(kid));
  if (lost.length === 0) return 'no key is lost';
  const named = lost.slice(0, NAMES_SHOWN).map(({ kid, state }) => `${kid} (${state})`);
  const more = lost.length > NAMES_SHOWN ? ` and ${lost.length - NAMES_SHOWN} more` : '';
  const signs = lost.some(({ state }) => state === 'active') ? '; nobody signs until a fresh key is proven' : '';
  const what = lost.length === 1 ? 'a key is lost, and what it' : `${lost.length} keys are lost, and what they`;
  return `${what} signed is refused: ${named.join(', ')}${more}${signs}`;
}

/** The event that a step leaves in a run's timeline. */
export const STEP_EVENT: Readonly<Record<Step['kind'], string>> = {
  prepare: 'Prepared',
  prove: 'Proven',
  activate: 'Activated',
  retire: 'Retired',
  revoke: 'Revoked',
  finish: 'Finished',
  adopt: 'PolicyAdopted',
};
