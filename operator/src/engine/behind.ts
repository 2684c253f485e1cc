import { KeyringError } from '@keyturn/keyring';
import type { PublicRingDocument, RingDocument } from '@keyturn/keyring/document';
import type { ConsumerEvidence } from '../planner/index.js';
import type { Driver } from './driver.js';
import { ASKED_AT_ONCE, mapLimited } from './gather.js';
import type { ProcessClient } from './processes.js';
import type { Trouble } from './trouble.js';
import { sayLost } from './wording.js';

/**
 * A truth that is behind what was seen of its ring: it was restored from an older copy, or is lost. Its projection shows
 * it, or what this operator has read itself, or what processes have loaded (decision 0006).
 */

const advice = (ring: string): string =>
  `it was restored from an older copy, or lost. Restore the newest copy, or run: keyturn recover ${ring}`;

export interface Behind {
  /** The newest form of the ring that was seen. */
  readonly newest: PublicRingDocument;
  readonly trouble: Trouble;
}

/**
 * Behind what is stored, or what was read before: to go on would sign with keys that verifiers have removed, so nothing
 * is written. `read` is the newest form of the ring that this operator has read.
 */
export async function behindWhatWasStored(
  truth: Driver['truth'],
  ring: RingDocument | undefined,
  name: string,
  read: PublicRingDocument | undefined,
): Promise<Behind | undefined> {
  const stored = await readProjection(truth, ring, name);
  if (ring && stored && stored.ringId !== ring.ringId) return { newest: stored, trouble: otherRing(name) };
  const known = !ring || read?.ringId === ring.ringId ? read : undefined;
  const newest = (stored?.generation ?? 0) >= (known?.generation ?? 0) ? stored : known;
  if (!newest || newest.generation <= (ring?.generation ?? 0)) return undefined;
  // Another operator may have written and projected meanwhile; then the truth has caught up by now.
  const again = await truth.read(name);
  if (again && again.generation >= newest.generation) return undefined;
  const found = ring ? `at generation ${ring.generation}` : 'gone';
  const what = newest === stored ? 'its projection' : 'what was read before';
  const message = `the truth of ring ${name} is ${found}, ${what} at ${newest.generation}: ${advice(name)}. Nothing is written until then. With a recovery ${sayLost(ring, newest)}`;
  return { newest, trouble: { reason: 'GenerationWentBack', message } };
}

const otherRing = (name: string): Trouble => ({
  reason: 'TruthDamaged',
  message: `the projection of ring ${name} is of another ring of that name: remove the one that does not belong there`,
});

/** A damaged projection of the truth's own generation is written again; it is derived. */
async function readProjection(
  truth: Driver['truth'],
  ring: RingDocument | undefined,
  name: string,
): Promise<PublicRingDocument | undefined> {
  try {
    return await truth.readProjection(name);
  } catch (error) {
    if (!ring || !(error instanceof KeyringError)) throw error;
    await truth.project(ring);
    return truth.readProjection(name);
  }
}

const NAMES_SHOWN = 5;

const newestOf = ({ loaded = 0, durable = 0 }: ConsumerEvidence): number => Math.max(loaded, durable);

/** Behind processes: they prove nothing until the ring is above them, so nothing that needs proof goes on. */
export function behindProcesses(ring: RingDocument, ahead: readonly ConsumerEvidence[]): Trouble | undefined {
  if (ahead.length === 0) return undefined;
  const shown = ahead.slice(0, NAMES_SHOWN).map((one) => `${one.name} has ${newestOf(one)}`);
  const more = ahead.length > NAMES_SHOWN ? ` and ${ahead.length - NAMES_SHOWN} more` : '';
  const message = `the truth of ring ${ring.ring} is at generation ${ring.generation}, and ${shown.join(', ')}${more}: ${advice(ring.ring)}. What needs proof waits until then; revocations are written. Which keys a recovery loses is known once these processes have shown their ring`;
  return { reason: 'GenerationWentBack', message };
}

/** Generations that processes may have which do not answer just now. */
const GAP = 100;

/**
 * What a recovery above processes goes by: the ring of the one that has the newest, and the generation to go above. A
 * process that has the newest and does not show it holds the recovery: what it knows might be a revocation.
 */
export async function newestOfProcesses(
  ring: RingDocument,
  { driver, processes }: { readonly driver: Driver; readonly processes: ProcessClient },
): Promise<{ readonly newest: PublicRingDocument; readonly above: number } | { readonly heldBy: string } | undefined> {
  const listed = await driver.consumers(ring.ring);
  const found = await mapLimited(listed, ASKED_AT_ONCE, async (consumer) => {
    const receipt = await processes.receipt(consumer, ring.ring, 0);
    if (receipt?.podUid !== consumer.podUid || receipt.ringId !== ring.ringId) return undefined;
    const generation = Math.max(receipt.loaded, receipt.durable);
    if (generation <= ring.generation) return undefined;
    const document = await processes.document(consumer, ring.ring);
    return { name: consumer.name, generation, document: document?.ringId === ring.ringId ? document : undefined };
  });
  const ahead = found.filter((one) => one !== undefined).sort((a, b) => b.generation - a.generation);
  const [highest] = ahead;
  if (!highest) return undefined;
  const newest = ahead.find(({ document }) => document?.generation === highest.generation)?.document;
  return newest ? { newest, above: highest.generation + GAP } : { heldBy: highest.name };
}
