import { setTimeout as sleep } from 'node:timers/promises';
import type { Interval } from '../ledger/latency.js';
import { ended, submit } from './requests.js';

/** One rotation that ended with a new key signing. Times are epoch milliseconds. */
export interface Rotation extends Interval {
  readonly ring: string;
  /** The key that signs since. */
  readonly kid: string;
}

export interface RotationPlan {
  readonly ring: string;
  /** From the end of one rotation to the request for the next. */
  readonly pauseMs: number;
}

/** Longer than any fault that is injected: the rotation waits for its end. */
const WITHIN_MS = 120_000;
const REFUSED_PAUSE_MS = 500;

/** Rotates rings again and again, each in its own loop, until it is told to stop. */
export class Rotations {
  readonly done: Rotation[] = [];
  /** Why a ring rotates no more; empty as long as all is well. */
  readonly stuck: string[] = [];
  readonly #stopped = new AbortController();
  readonly #loops: Promise<void>[];

  constructor(
    readonly state: string,
    plans: readonly RotationPlan[],
  ) {
    this.#loops = plans.map((plan) =>
      this.#loop(plan).catch((error: unknown) => {
        this.stuck.push(`${plan.ring}: ${error instanceof Error ? error.message : String(error)}`);
      }),
    );
  }

  count(ring: string): number {
    return this.done.filter((rotation) => rotation.ring === ring).length;
  }

  /** Lets the rotations under way end. */
  async stop(): Promise<readonly Rotation[]> {
    this.#stopped.abort();
    await Promise.all(this.#loops);
    return this.done;
  }

  async #loop({ ring, pauseMs }: RotationPlan): Promise<void> {
    while (!this.#stopped.signal.aborted) {
      const rotation = await rotate(this.state, ring);
      if (rotation) this.done.push(rotation);
      await sleep(rotation ? pauseMs : REFUSED_PAUSE_MS, undefined, { signal: this.#stopped.signal }).catch(
        () => undefined,
      );
    }
  }
}

/** One rotation, from the request until the new key signs. Undefined = refused for now: too many keys are alive. */
export async function rotate(state: string, ring: string): Promise<Rotation | undefined> {
  const from = Date.now();
  const run = await ended(state, await submit(state, ring, { kind: 'rotate' }), WITHIN_MS);
  if (run.phase === 'Complete') return { ring, kid: run.kids[0] ?? '', from, until: Date.now() };
  if (run.phase === 'Refused' && run.refused?.earliest !== undefined) return undefined;
  throw new Error(
    `The rotation of ${ring} ended as ${run.phase}: ${JSON.stringify(run.refused ?? run.timeline.at(-1))}`,
  );
}
