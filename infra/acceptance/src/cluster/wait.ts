import { setTimeout as sleep } from 'node:timers/promises';

/** Asks again and again until the answer is there. Throws after `withinMs`, saying what did not come true, and why if it knows. */
export const until = async <T>(
  what: string,
  withinMs: number,
  ask: () => Promise<T | undefined | false>,
  everyMs = 100,
): Promise<T> => {
  const end = performance.now() + withinMs;
  for (;;) {
    const trouble: unknown[] = [];
    const found = await ask().catch((error: unknown) => void trouble.push(error));
    if (found !== undefined && found !== false) return found;
    if (performance.now() > end) {
      const why = trouble[0] instanceof Error ? `: ${trouble[0].message}` : '';
      throw new Error(`it did not come true within ${withinMs / 1000} s: ${what}${why}`, { cause: trouble[0] });
    }
    await sleep(everyMs);
  }
};
