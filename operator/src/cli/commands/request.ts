import { setTimeout as sleep } from 'node:timers/promises';
import { FINAL_PHASES, type RotationRequest, type RunRecord } from '../../records/index.js';
import type { Backend } from '../backend.js';
import { CommandError, EXIT, type ExitCode } from '../exit-codes.js';
import { nobodyLooks } from '../operator-seen.js';
import type { Output } from '../output.js';
import { renderRefusal, renderRun } from '../render/run.js';
import { ringNamed } from '../ring-named.js';

const POLL_MS = 100;

export interface Follow {
  /** Return as soon as the operator has taken the request. */
  readonly wait: boolean;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/**
 * A request that no operator will read is not written where it would surprise somebody later. Where it is an object of its
 * own, it is: an operator that comes back begins with it, and a leaked key must not wait for somebody to ask again. The clock
 * here may also be what is wrong.
 */
async function requireOperator(backend: Backend, output: Output, ring: string): Promise<void> {
  const nobody = nobodyLooks(await ringNamed(backend, ring), Date.now());
  if (nobody === undefined) return;
  if (!backend.keepsRequests) {
    const message = `No operator is at work in ${backend.place}: ${nobody}. Nothing was requested.`;
    throw new CommandError(message, EXIT.unreachable);
  }
  const told = 'The request is kept for the next one. If one is at work, the clock here is wrong.';
  output.error(`In ${backend.place} ${nobody}. ${told}`);
}

/** Submits a request and shows its run until it ends. */
export async function submitAndFollow(
  backend: Backend,
  output: Output,
  wanted: RotationRequest,
  follow: Follow,
): Promise<ExitCode> {
  await requireOperator(backend, output, wanted.ring);
  const request = await submit(backend, wanted);
  if (!output.json) output.line(`request ${request.id}`);
  const deadline = Date.now() + follow.timeoutMs;
  let shown = '';
  for (;;) {
    const { run, away } = await look(backend, request.id);
    if (run) shown = show(output, run, shown);
    if (run && FINAL_PHASES.has(run.phase)) return conclude(output, run);
    if (run && !follow.wait) return EXIT.done;
    if (follow.signal.aborted || Date.now() > deadline) {
      if (away) output.error(away.message);
      return giveUp(output, request, shown !== '');
    }
    await sleep(POLL_MS, undefined, { signal: follow.signal }).catch(() => undefined);
  }
}

/** Whoever loses the answer has to know which request may be there. */
async function submit(backend: Backend, request: RotationRequest): Promise<RotationRequest> {
  try {
    return await backend.submit(request);
  } catch (error) {
    if (!(error instanceof CommandError) || !error.passing) throw error;
    const look = `Whether ${request.id} was requested is not known. See: keyturn history ${request.ring}`;
    throw new CommandError(`${error.message} ${look}`, EXIT.unreachable);
  }
}

/** The run as it is; `away` = it could not be read, and may be in a moment. */
const look = (backend: Backend, id: string): Promise<{ readonly run?: RunRecord; readonly away?: CommandError }> =>
  backend.run(id).then(
    (run) => (run ? { run } : {}),
    (error: unknown) => {
      if (error instanceof CommandError && error.passing) return { away: error };
      throw error;
    },
  );

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

function giveUp(output: Output, { id, ring }: RotationRequest, taken: boolean): ExitCode {
  if (!taken) {
    output.error(`The operator has not taken the request ${id} yet. See: keyturn doctor`);
    return EXIT.unreachable;
  }
  output.error(`It goes on as run ${id}. Follow it: keyturn status ${ring} --watch`);
  return EXIT.timedOut;
}
