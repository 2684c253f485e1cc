import { isDeepStrictEqual } from 'node:util';
import { keysIn, type RingDocument } from '@keyturn/keyring/document';
import type { ConsumerEvidence, Evidence } from '../planner/index.js';
import type { Acknowledged, RunRecord } from '../records/index.js';
import { about } from './progress.js';
import { isWorking, timeText } from './runs.js';

/** What a round of evidence says about open runs: who has acknowledged, and when each process refused a revoked key. Pure. */

/** When each pod was first heard to have loaded the generation that it has now (epoch ms). */
export type Heard = ReadonlyMap<string, { readonly loaded: number; readonly at: number }>;

export function acknowledge(run: RunRecord, ring: RingDocument, evidence: Evidence, heard: Heard): RunRecord {
  if (!isWorking(run)) return run;
  const known = about(run, ring);
  const needed = neededGeneration(known, ring);
  return withRefusals(withAcks(known, needed, evidence), needed, evidence, heard);
}

/** The generation that a run's processes have to prove. */
function neededGeneration(run: RunRecord, ring: RingDocument): number {
  const keys = run.kind === 'revoke' ? keysIn(ring.keys, 'compromised') : keysIn(ring.keys, 'pending');
  const concerned = keys.filter(({ kid }) => run.kids.includes(kid)).map(({ since }) => since);
  return concerned.length > 0 ? Math.max(...concerned) : ring.generation;
}

function withAcks(run: RunRecord, needed: number, evidence: Evidence): RunRecord {
  const proved = evidence.consumers.filter(
    (consumer) => consumer.proved >= needed && canaryOf(run, consumer, evidence),
  );
  const provenBy = proved.map(({ name, bootId }) => `${name}/${bootId ?? 'unknown'}`).sort();
  const workloads = byWorkload(evidence.consumers, new Set(proved));
  const acks = { current: proved.length, total: evidence.consumers.length, workloads };
  return isDeepStrictEqual(run.acks, acks) && run.provenBy.join() === provenBy.join()
    ? run
    : { ...run, acks, provenBy };
}

const MOST_WORKLOADS = 20;

function byWorkload(all: Evidence['consumers'], proved: ReadonlySet<ConsumerEvidence>) {
  const counts = [...Map.groupBy(all, ({ workload, name }) => workload ?? name)].map(([name, members]) => ({
    name,
    current: members.filter((member) => proved.has(member)).length,
    total: members.length,
  }));
  const lacking = ({ current, total }: Acknowledged): number => total - current;
  return counts.sort((a, b) => lacking(b) - lacking(a) || (a.name < b.name ? -1 : 1)).slice(0, MOST_WORKLOADS);
}

/** A rotation is acknowledged by a process that also accepts the canary of its key, if one was sent. */
const canaryOf = (run: RunRecord, { canary }: ConsumerEvidence, { canaryFor }: Evidence): boolean =>
  run.kind !== 'rotate' || canaryFor === null || canary?.accepted === true;

/** The first and the last process that refused; the last is known once every listed one was heard to. */
function withRefusals(run: RunRecord, since: number, { consumers }: Evidence, heard: Heard): RunRecord {
  const { emergency } = run;
  if (run.kind !== 'revoke' || !emergency?.writtenAt || emergency.lastRefusedAt) return run;
  const refusing = consumers.filter(({ loaded }) => loaded !== undefined && loaded >= since);
  const times = refusing.flatMap(({ podUid }) => heard.get(podUid)?.at ?? []);
  if (times.length === 0) return run;
  const firstRefusedAt = emergency.firstRefusedAt ?? timeText(Math.min(...times));
  const all = refusing.length === consumers.length;
  if (!all && firstRefusedAt === emergency.firstRefusedAt) return run;
  const lastRefusedAt = all ? { lastRefusedAt: timeText(Math.max(...times)) } : {};
  return { ...run, emergency: { ...emergency, firstRefusedAt, ...lastRefusedAt } };
}
