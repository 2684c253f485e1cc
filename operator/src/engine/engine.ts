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
      if (!loops.has(ring)) loops.set(ring, runRing(ring, options, signal));
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
    const ms = await engine.turn();
    // A request that came while the turn ended was seen by nobody yet.
    if (ms > 0 && !(await isRequested(ring, options))) await options.driver.changed(ms, signal);
  }
}

const isRequested = async (ring: string, { driver }: EngineOptions): Promise<boolean> =>
  (await driver.requests(ring).catch(() => [])).length > 0;
