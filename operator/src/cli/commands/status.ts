import { setTimeout as sleep } from 'node:timers/promises';
import type { Backend } from '../backend.js';
import { EXIT, type ExitCode } from '../exit-codes.js';
import type { Output } from '../output.js';
import { renderRings } from '../render/status.js';
import { ringNamed } from '../ring-named.js';
import type { RingStatus } from '../../records/index.js';

const WATCH_MS = 300;

const ringsNamed = async (backend: Backend, name: string | undefined): Promise<readonly RingStatus[]> =>
  name === undefined ? backend.rings() : [await ringNamed(backend, name)];

export async function status(backend: Backend, output: Output, name: string | undefined): Promise<ExitCode> {
  const rings = await ringsNamed(backend, name);
  if (output.json) output.record(rings);
  else if (rings.length === 0) output.line(`No ring yet in ${backend.place}.`);
  else for (const line of renderRings(rings, Date.now(), output.paint)) output.line(line);
  const stalled = rings.some(({ conditions }) => conditions.some((c) => c.type === 'Stalled' && c.status === 'True'));
  return stalled ? EXIT.refused : EXIT.done;
}

/** What a reader would call a change: everything but the time at which it was looked at. */
const fingerprint = (rings: readonly RingStatus[]): string =>
  JSON.stringify(rings, (name, value: unknown) => (name === 'observedAt' ? undefined : value));

/** Follows the rings until interrupted: redrawn in place on a terminal, a record or a block per change elsewhere. */
export async function watchStatus(
  backend: Backend,
  output: Output,
  name: string | undefined,
  signal: AbortSignal,
): Promise<ExitCode> {
  let last = '';
  while (!signal.aborted) {
    const rings = await ringsNamed(backend, name);
    const lines = output.json ? [] : renderRings(rings, Date.now(), output.paint);
    const now = fingerprint(rings);
    if (output.live) output.redraw(lines);
    else if (now !== last && output.json) output.record(rings);
    else if (now !== last) for (const line of [...lines, '']) output.line(line);
    last = now;
    await sleep(WATCH_MS, undefined, { signal }).catch(() => undefined);
  }
  return EXIT.done;
}
