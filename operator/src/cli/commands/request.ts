import { setTimeout as sleep } from 'node:timers/promises';
import { FINAL_PHASES, type RotationRequest, type RunRecord } from '../../records/index.js';
import type { Backend } from '../backend.js';
import { CommandError, EXIT, type ExitCode } from '../exit-codes.js';
import type { Output } from '../output.js';
import { renderRefusal, renderRun } from '../render/run.js';
import { STALE_STATUS_MS } from '../render/status.js';
import { ringNamed } from '../ring-named.js';

const POLL_MS = 100;

export interface Follow {
  /** Return as soon as the operator has taken the request. */
  readonly wait: boolean;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** A request that no operator will read is not written: it would surprise somebody later. */
async function requireOperator(backend: Backend, ring: string): Promise<void> {
  const found = await ringNamed(backend, ring);
  const age = Date.now() - Date.parse(found.observedAt);
  if (age > STALE_STATUS_MS) {
    const message = `No operator is at work in ${backend.place}: it was last seen ${Math.round(age / 1000)} s ago. Nothing was requested.`;
    throw new CommandError(message, EXIT.unreachable);
  }
}

/** Submits a request and shows its run until it ends. */
export async function submitAndFollow(
  backend: Backend,
  output: Output,
  request: RotationRequest,
  follow: Follow,
): Promise<ExitCode> {
  await requireOperator(backend, request.ring);
  const { id } = await backend.submit(request);
  const deadline = Date.now() + follow.timeoutMs;
  let shown = '';
  for (;;) {
    const run = await backend.run(id);
    if (run) shown = show(output, run, shown);
    if (run && FINAL_PHASES.has(run.phase)) return conclude(output, run);
    if (run && !follow.wait) return EXIT.done;
    if (follow.signal.aborted || Date.now() > deadline) return giveUp(output, { ...request, id }, run);
    await sleep(POLL_MS, undefined, { signal: follow.signal }).catch(() => undefined);
  }
}

function show(output: Output, run: RunRecord, shown: string): string {
  const text = JSON.stringify(run);
  if (text === shown) return shown;
  if (output.json) output.record(run);
  else if (output.live) output.redraw(renderRun(run, output.paint));
  else for (const line of newLines(run, shown, output)) output.line(line);
  return text;
}

/** Off a terminal: only what was not printed yet. */
function newLines(run: RunRecord, shown: string, output: Output): string[] {
  const before = shown === '' ? [] : renderRun(JSON.parse(shown) as RunRecord, output.paint);
  return renderRun(run, output.paint).filter((line) => !before.includes(line));
}

function conclude(output: Output, run: RunRecord): ExitCode {
  if (run.phase === 'Refused') {
    output.error(renderRefusal(run, Date.now()));
    return EXIT.refused;
  }
  return run.phase === 'Complete' || run.kind !== 'rotate' ? EXIT.done : EXIT.refused;
}

function giveUp(output: Output, request: RotationRequest, run: RunRecord | undefined): ExitCode {
  if (!run) {
    output.error(`The operator has not taken the request ${request.id} yet. See: keyturn doctor`);
    return EXIT.unreachable;
  }
  output.error(`It goes on as run ${run.id}. Follow it: keyturn status ${request.ring} --watch`);
  return EXIT.timedOut;
}
