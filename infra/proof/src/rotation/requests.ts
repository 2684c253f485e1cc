import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RotationRequest, RunPhase, RunRecord } from '@keyturn/operator';

const FINAL: ReadonlySet<RunPhase> = new Set(['Complete', 'Refused', 'Aborted', 'Superseded']);
const LOOK_MS = 25;

type Asked = { readonly kind: 'rotate' } | { readonly kind: 'revoke'; readonly keys: readonly string[] | 'all' };

/** Asks the operator of a state directory for something, as the command line does. Resolves with the run's id. */
export async function submit(state: string, ring: string, asked: Asked): Promise<string> {
  const id = `proof-${randomUUID()}`;
  const request: RotationRequest = {
    id,
    ring,
    requestedAt: new Date().toISOString(),
    requestedBy: 'proof',
    ...asked,
  };
  const folder = join(state, 'requests');
  await mkdir(folder, { recursive: true });
  const path = join(folder, `${id}.json`);
  await writeFile(`${path}.tmp`, JSON.stringify(request), { mode: 0o600 });
  await rename(`${path}.tmp`, path);
  return id;
}

/** The run that answers a request, as far as it has come; undefined before it was taken. */
export async function readRun(state: string, id: string): Promise<RunRecord | undefined> {
  try {
    return JSON.parse(await readFile(join(state, 'runs', `${id}.json`), 'utf8')) as RunRecord;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Waits for the end of a run. Throws when the signal fires or after `withinMs`, saying where the run stands. */
export async function ended(state: string, id: string, withinMs: number, signal?: AbortSignal): Promise<RunRecord> {
  const until = performance.now() + withinMs;
  for (;;) {
    const run = await readRun(state, id);
    if (run && FINAL.has(run.phase)) return run;
    signal?.throwIfAborted();
    if (performance.now() > until) {
      const stands = run ? `${run.phase}: ${JSON.stringify(run.waitingFor ?? run.timeline.at(-1))}` : 'not taken yet';
      throw new Error(`Run ${id} has not ended within ${withinMs} ms; it is ${stands}`);
    }
    await sleep(LOOK_MS);
  }
}
