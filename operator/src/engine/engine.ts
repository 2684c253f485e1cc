import { KeyringError } from '@keyturn/keyring';
import type { Driver } from './driver.js';
import type { EngineObserver } from './events.js';
import type { ProcessClient } from './processes.js';
import { RingEngine } from './ring-engine.js';

export interface EngineOptions {
  readonly driver: Driver;
  readonly processes: ProcessClient;
  readonly now: () => number;
  readonly observe: EngineObserver;
}

/** After trouble (a truth that cannot be read, a full disk) the next turn waits, and nothing that is known is lost. */
const TROUBLE_MS = 1_000;
const DISCOVER_MS = 2_000;

/** Runs every ring of a driver until the signal fires; each in its own loop, so one that is held holds no other. */
export async function runEngine(options: EngineOptions, signal: AbortSignal): Promise<void> {
  const loops = new Map<string, Promise<void>>();
  while (!signal.aborted) {
    for (const ring of await options.driver.rings().catch(() => [])) {
      if (!loops.has(ring)) loops.set(ring, runRing(ring, options, signal));
    }
    await options.driver.changed(DISCOVER_MS, signal);
  }
  await Promise.all(loops.values());
}

async function runRing(ring: string, options: EngineOptions, signal: AbortSignal): Promise<void> {
  const engine = new RingEngine({ ...options, ring });
  while (!signal.aborted) {
    const next = await engine.turn().catch((error: unknown) => reportTrouble(ring, error, options));
    if (next > 0) await options.driver.changed(next, signal);
  }
}

async function reportTrouble(ring: string, error: unknown, { observe }: EngineOptions): Promise<number> {
  const reason = error instanceof KeyringError ? error.code : ((error as NodeJS.ErrnoException).code ?? 'Unexpected');
  await observe({ event: 'trouble', ring, reason, message: error instanceof Error ? error.message : String(error) });
  return TROUBLE_MS;
}
