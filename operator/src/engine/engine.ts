import type { Driver } from './driver.js';
import type { EngineObserver } from './events.js';
import type { ProcessClient } from './processes.js';
import { RingEngine } from './ring-engine.js';
import { troubleOf } from './trouble.js';

export interface EngineOptions {
  readonly driver: Driver;
  readonly processes: ProcessClient;
  readonly now: () => number;
  readonly observe: EngineObserver;
}

/** How often rings that appear are looked for, if nothing says that something changed. */
const DISCOVER_MS = 2_000;

/** Runs every ring of a driver until the signal fires; each in its own loop, so one that is held holds no other. */
export async function runEngine(options: EngineOptions, signal: AbortSignal): Promise<void> {
  const loops = new Map<string, Promise<void>>();
  while (!signal.aborted) {
    for (const ring of await findRings(options)) {
      if (loops.has(ring)) continue;
      loops.set(
        ring,
        runRing(ring, options, signal).finally(() => loops.delete(ring)),
      );
    }
    await options.driver.changed(DISCOVER_MS, signal);
  }
  await Promise.all(loops.values());
}

async function findRings({ driver, observe }: EngineOptions): Promise<readonly string[]> {
  try {
    return await driver.rings();
  } catch (error) {
    await observe({ event: 'trouble', ring: '', ...troubleOf(error) });
    return [];
  }
}

async function runRing(ring: string, options: EngineOptions, signal: AbortSignal): Promise<void> {
  const engine = new RingEngine({ ...options, ring, signal });
  while (!signal.aborted) {
    const before = await requestsOf(ring, options);
    const ms = await engine.turn();
    const after = await requestsOf(ring, options);
    // A request that came while the turn ended was seen by nobody yet; one that was there before waits for its turn.
    const isNew = after.some((id) => !before.includes(id));
    if (ms > 0 && !isNew) await options.driver.changed(ms, signal);
    if (after.length === 0 && !(await isRing(ring, options))) return;
  }
}

const requestsOf = async (ring: string, { driver }: EngineOptions): Promise<string[]> =>
  (await driver.requests(ring).catch(() => [])).map(({ id }) => id);

/** Whether there still is such a ring; a request for one that never was ends with its answer. */
const isRing = async (ring: string, { driver }: EngineOptions): Promise<boolean> =>
  (await driver.rings().catch(() => [ring])).includes(ring);
