import { FINAL_PHASES, type RunRecord } from '../../records/index.js';
import type { Paint } from '../output.js';
import { relative, shortKid, span, table } from './text.js';

const clock = (time: string): string => time.slice(11, 23);

export function renderPhase(run: RunRecord, paint: Paint): string {
  if (run.phase === 'Complete') return paint.green('complete');
  if (run.phase === 'Refused') return paint.red('refused');
  if (run.phase === 'Aborted' || run.phase === 'Superseded') return paint.yellow(run.phase.toLowerCase());
  return paint.cyan(run.phase.toLowerCase());
}

/** Why a request was not taken, with the earliest safe time. */
export function renderRefusal(run: RunRecord, now: number): string {
  const { message = 'refused', earliest, reason } = run.refused ?? {};
  const when = earliest ? ` The same request is safe from ${earliest} (${relative(earliest, now)}).` : '';
  return `${run.kind} ${run.ring}: refused (${reason ?? 'unknown'}): ${message}.${when}`;
}

/** A run as it stands: its events, who has acknowledged, who holds it. */
export function renderRun(run: RunRecord, paint: Paint): string[] {
  const events = run.timeline.map((event) => [`  ${paint.dim(clock(event.at))}`, event.event, event.message ?? '']);
  const acks = run.acks
    ? [`  ${run.acks.current}/${run.acks.total} processes have acknowledged`, ...byWorkload(run.acks)]
    : [];
  const holders = (run.waitingFor ?? []).map(
    ({ name, why, generation, detail }) =>
      `  ${paint.yellow('…')} ${name}: ${why}, has generation ${generation}${detail ? ` (${detail})` : ''}`,
  );
  return [
    `${paint.bold(`${run.kind} ${run.ring}`)}  ${renderPhase(run, paint)}`,
    ...table(events),
    ...(FINAL_PHASES.has(run.phase) ? [] : acks),
    ...(FINAL_PHASES.has(run.phase) ? [] : holders),
    ...renderEmergency(run),
  ];
}

/** The same of each workload, where there are several. */
const byWorkload = ({ workloads = [] }: NonNullable<RunRecord['acks']>): string[] =>
  workloads.length < 2 ? [] : table(workloads.map(({ name, current, total }) => ['   ', name, `${current}/${total}`]));

function renderEmergency({ emergency }: RunRecord): string[] {
  if (!emergency) return [];
  const { declaredAt, firstRefusedAt, lastRefusedAt, finishedAt } = emergency;
  const since = (what: string, time: string | undefined): string[] =>
    time ? [`  ${what} ${span3(Date.parse(time) - Date.parse(declaredAt))} after it was declared`] : [];
  return [
    ...since('first process refused it', firstRefusedAt),
    ...since('last process refused it ', lastRefusedAt),
    ...since('proven gone everywhere  ', finishedAt),
  ];
}

/** Milliseconds matter in an emergency. */
const span3 = (ms: number): string => (ms < 10_000 ? `${(ms / 1000).toFixed(3)} s` : span(ms));

/** Past and present runs, newest first. */
export function renderHistory(runs: readonly RunRecord[], now: number, paint: Paint): string[] {
  if (runs.length === 0) return ['No run yet.'];
  const rows = runs.map((run) => [
    run.ring,
    run.kind,
    run.reason,
    renderPhase(run, paint),
    run.kids.map(shortKid).join(', ') || '–',
    relative(run.timeline[0]?.at, now),
    took(run),
    run.id,
  ]);
  const head = ['RING', 'WHAT', 'REASON', 'PHASE', 'KEYS', 'BEGUN', 'TOOK', 'ID'].map((text) => paint.dim(text));
  return table([head, ...rows]);
}

function took(run: RunRecord): string {
  const [first, last] = [run.timeline.at(0), run.timeline.at(-1)];
  if (!first || !last || !FINAL_PHASES.has(run.phase)) return '–';
  return span3(Date.parse(last.at) - Date.parse(first.at));
}
