import type { Backend, ListedConsumer } from '../backend.js';
import { EXIT, type ExitCode } from '../exit-codes.js';
import { nobodyLooks } from '../operator-seen.js';
import type { Output } from '../output.js';
import { span } from '../render/text.js';
import type { RingStatus } from '../../records/index.js';

export interface Finding {
  readonly ok: boolean;
  readonly what: string;
  /** What to do about it. */
  readonly remedy?: string;
}

/** What the records alone tell. Pure. */
export function examineRing(ring: RingStatus, now: number): Finding[] {
  const age = now - Date.parse(ring.observedAt);
  const findings: Finding[] = [];
  if (age < -1_000) {
    findings.push({
      ok: false,
      what: `${ring.ring}: its status is ${span(-age)} in the future`,
      remedy: 'Check the clocks.',
    });
  }
  const unknown = nobodyLooks(ring, now);
  if (unknown !== undefined) {
    const remedy = 'Start the operator: npm start, or keyturn operator; in a cluster, see the log of its pods';
    findings.push({ ok: false, what: `${ring.ring}: ${unknown}`, remedy });
  }
  findings.push(...held(ring));
  if (!ring.activeKid)
    findings.push({ ok: false, what: `${ring.ring}: no key signs`, remedy: 'A fresh key signs once it is proven.' });
  const standby = ring.keys.some(({ state, provenAt }) => state === 'pending' && provenAt);
  if (!standby)
    findings.push({ ok: false, what: `${ring.ring}: no proven standby`, remedy: 'See who is behind: keyturn status' });
  if (ring.consumers.total === 0) {
    findings.push({
      ok: false,
      what: `${ring.ring}: no process takes part`,
      remedy: 'Nothing is proved to anybody until one does.',
    });
  }
  return findings.length > 0 ? findings : [{ ok: true, what: `${ring.ring}: in order` }];
}

/** Who and what a rotation waits for now, or would. That a process has yet to load what was just written is not worth a word. */
function held({ ring, conditions, consumers }: RingStatus): Finding[] {
  const stalled = conditions.find(({ type, status }) => type === 'Stalled' && status === 'True');
  const refused = conditions.find(({ type, reason }) => type === 'Progressing' && reason === 'CanaryNotAccepted');
  const why = stalled ?? refused;
  const silent = consumers.processes.filter((process) => process.why !== undefined && process.why !== 'Behind');
  return [
    ...(why
      ? [{ ok: false, what: `${ring}: ${stalled ? 'stalled' : 'waits'}, ${why.reason}`, remedy: why.message }]
      : []),
    ...silent.map(({ name, generation, why: reason = 'Behind' }) => ({
      ok: false,
      what: `${ring}: ${name} has proved generation ${generation}, ${reason}`,
      remedy: 'docs/operations/conditions.md says what to do.',
    })),
  ];
}

async function examineConsumer(backend: Backend, consumer: ListedConsumer): Promise<Finding> {
  const { name, managementUrl, alive, rings } = consumer;
  if (!alive)
    return {
      ok: false,
      what: `${name}: listed, but its process does not run`,
      remedy: 'Restart it, or remove it from the list.',
    };
  const status = await backend.answers(consumer);
  if (status === undefined) {
    const what = `${name}: its management port does not answer (${managementUrl})`;
    return { ok: false, what, remedy: 'See its log.' };
  }
  if (status !== 200) return { ok: false, what: `${name}: its management port answers ${status}` };
  return { ok: true, what: `${name}: answers for ${Object.keys(rings).join(', ')}` };
}

const REMEDY_OF_RECORDS =
  'If it stays, remove it: the operator passes over such a run, and writes the status of a ring anew.';
/** Removed, its process would be left out: nothing would be proved of it. */
const REMEDY_OF_LISTING = 'Restart that process: its launcher writes the file anew.';

const damagedRecords = (problems: readonly string[]): Finding[] =>
  problems.map((what) => ({
    ok: false,
    what,
    remedy: what.startsWith('consumers/') ? REMEDY_OF_LISTING : REMEDY_OF_RECORDS,
  }));

/** Looks at everything that a rotation will need, and says what to do about what is not in order. */
export async function doctor(backend: Backend, output: Output): Promise<ExitCode> {
  const rings = await backend.rings();
  const consumers = await backend.consumers();
  const findings = [
    ...damagedRecords((await backend.damaged?.()) ?? []),
    ...rings.flatMap((ring) => examineRing(ring, Date.now())),
    ...(await Promise.all(consumers.map((consumer) => examineConsumer(backend, consumer)))),
    ...(rings.length === 0
      ? [
          {
            ok: false,
            what: `no ring in ${backend.place}`,
            remedy: 'Start a platform (npm start), or apply a KeyRing.',
          },
        ]
      : []),
  ];
  if (output.json) output.record(findings);
  else {
    for (const { ok, what, remedy } of findings as Finding[]) {
      output.line(`${ok ? output.paint.green('✓') : output.paint.red('✗')} ${what}${remedy ? `. ${remedy}` : ''}`);
    }
  }
  return findings.every(({ ok }) => ok) ? EXIT.done : EXIT.refused;
}
