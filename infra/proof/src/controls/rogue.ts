import { setTimeout as sleep } from 'node:timers/promises';
import type { TruthStore } from '@keyturn/keyring';
import type { RingDocument } from '@keyturn/keyring/document';
import { createFileTruthStore, generateKey } from '@keyturn/operator';
import { activated, replacedAtOnce, retired, withPending } from './edits.js';

type RogueStore = Pick<TruthStore, 'read' | 'write' | 'project'>;

/** An operator that asks nobody. The shipped one must be down while it works. */
export class RogueOperator {
  readonly #store: RogueStore;

  /** `where`: a state directory, or the truths of a cluster. */
  constructor(
    where: string | RogueStore,
    readonly ring: string,
  ) {
    this.#store = typeof where === 'string' ? createFileTruthStore(where) : where;
  }

  /** Activation by timer: the key is pending for a while, and then it signs. */
  async activateByTimer(pendingMs: number, drainMs: number): Promise<void> {
    const fresh = await this.#fresh();
    await this.#write(withPending(fresh, Date.now()));
    await sleep(pendingMs);
    await this.#write(activated(fresh.kid, Date.now(), drainMs));
  }

  /** No pending phase: the key signs in the write in which it appears. */
  async activateAtOnce(drainMs: number): Promise<void> {
    await this.#write(replacedAtOnce(await this.#fresh(), Date.now(), drainMs));
  }

  /** Removes what has drained, when that is over. */
  async retire(): Promise<void> {
    await this.#write(retired(Date.now()));
  }

  async #fresh(): ReturnType<typeof generateKey> {
    return generateKey((await this.#read()).algorithm);
  }

  async #read(): Promise<RingDocument> {
    const ring = await this.#store.read(this.ring);
    if (!ring) throw new Error(`There is no ring ${this.ring} to rotate.`);
    return ring;
  }

  async #write(edit: (ring: RingDocument) => RingDocument): Promise<void> {
    const ring = edit(await this.#read());
    await this.#store.write(ring);
    await this.#store.project(ring);
  }
}
