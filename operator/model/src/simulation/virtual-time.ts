import type { Random } from './random.js';

interface Sleeper {
  readonly at: number;
  /** Breaks ties, drawn from the seed. */
  readonly order: number;
  readonly wake: () => void;
}

/** Time that passes only when everything waits. Events at the same time come in an order that the seed decides. */
export class VirtualTime {
  now: number;
  events = 0;
  readonly #heap: Sleeper[] = [];

  constructor(
    start: number,
    private readonly random: Random,
  ) {
    this.now = start;
  }

  /** Resolves after `ms`, or at once when the signal fires. */
  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (signal?.aborted) return resolve();
      signal?.addEventListener('abort', () => resolve(), { once: true });
      this.#push({ at: this.now + Math.max(0, ms), order: this.random.next(), wake: resolve });
    });
  }

  /** Wakes one sleeper after the other until the given time; `after` runs when all that it set off has settled. */
  async run(until: number, after: () => boolean): Promise<void> {
    for (let next = this.#pop(); next && next.at <= until; next = this.#pop()) {
      this.now = next.at;
      this.events += 1;
      next.wake();
      // Nothing here waits for anything but sleepers, so one turn of the event loop empties the queue of microtasks.
      await new Promise(setImmediate);
      if (!after()) return;
    }
  }

  #push(sleeper: Sleeper): void {
    const heap = this.#heap;
    let index = heap.push(sleeper) - 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (!isBefore(sleeper, heap[parent] as Sleeper)) break;
      heap[index] = heap[parent] as Sleeper;
      index = parent;
    }
    heap[index] = sleeper;
  }

  #pop(): Sleeper | undefined {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (!first || !last || heap.length === 0) return first;
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && isBefore(heap[child + 1] as Sleeper, heap[child] as Sleeper)) child += 1;
      if (!isBefore(heap[child] as Sleeper, last)) break;
      heap[index] = heap[child] as Sleeper;
      index = child;
    }
    heap[index] = last;
    return first;
  }
}

const isBefore = (a: Sleeper, b: Sleeper): boolean => a.at < b.at || (a.at === b.at && a.order < b.order);
