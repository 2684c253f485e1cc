import { setTimeout as sleep } from 'node:timers/promises';

const ASK_TIMEOUT_MS = 2_000;
const WHILE_STARTING_MS = 40;
const STEADY_MS = 200;
/** An answer that does not come may be a busy machine; several in a row are a process that does not serve. */
const MISSED_ANSWERS = 3;

/**
 * Asks `/readyz` until the signal fires and tells each change. "Not ready" is believed at once, silence only after a
 * while.
 */
export const watchReadiness = async (
  managementUrl: string,
  signal: AbortSignal,
  changed: (ready: boolean) => void,
): Promise<void> => {
  let ready = false;
  let missed = 0;
  while (!signal.aborted) {
    const answer = await askReady(managementUrl, signal);
    if (signal.aborted) return;
    missed = answer === undefined ? missed + 1 : 0;
    const next: boolean = answer ?? (ready && missed < MISSED_ANSWERS);
    if (next !== ready) {
      ready = next;
      changed(ready);
    }
    await sleep(ready ? STEADY_MS : WHILE_STARTING_MS, undefined, { signal }).catch(() => undefined);
  }
};

const askReady = async (managementUrl: string, signal: AbortSignal): Promise<boolean | undefined> => {
  try {
    const limit = AbortSignal.any([signal, AbortSignal.timeout(ASK_TIMEOUT_MS)]);
    const answer = await fetch(new URL('/readyz', managementUrl), { signal: limit });
    await answer.arrayBuffer();
    return answer.ok;
  } catch {
    return undefined;
  }
};
