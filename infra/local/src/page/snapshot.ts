import { join } from 'node:path';
import { readJsonFolder } from '../files/json-file.js';
import type { VisitorFigures } from '../demo/visitor.js';
import type { Places } from '../platform/places.js';
import type { Running } from '../platform/running.js';
import type { Pod, PodPhase } from '../processes/pod.js';
import type { Traffic, TrafficFigures } from './traffic.js';

/** What one process says about one ring. */
export interface Acknowledged {
  readonly ring: string;
  readonly role: string;
  readonly loaded: number;
  readonly durable: number;
}

export interface ProcessView {
  readonly name: string;
  readonly pid: number | null;
  readonly phase: PodPhase;
  /** Processes that ran in this pod, this one included. */
  readonly starts: number;
  readonly log: string;
  readonly rings: readonly Acknowledged[];
}

/** All that the page shows. Statuses and runs are the operator's records, unchanged. */
export interface Snapshot {
  readonly mailUrl: string;
  readonly traffic: TrafficFigures;
  /** null when nobody visits. */
  readonly visitor: VisitorFigures | null;
  readonly processes: readonly ProcessView[];
  readonly rings: readonly unknown[];
  /** The latest of each ring, newest first. */
  readonly runs: readonly unknown[];
}

export interface Sources {
  readonly places: Places;
  readonly running: Pick<Running, 'crew' | 'visitor'>;
  readonly traffic: Traffic;
  readonly mailUrl: string;
}

/** Of each ring. */
const RUNS_SHOWN = 3;
const ASK_TIMEOUT_MS = 1_000;

export const takeSnapshot = async ({ places, running, traffic, mailUrl }: Sources): Promise<Snapshot> => {
  const processes = await Promise.all(running.crew.all().map(viewOf));
  return {
    mailUrl,
    traffic: traffic.figures(),
    visitor: running.visitor?.figures() ?? null,
    processes,
    rings: [...readJsonFolder(join(places.state, 'status')).values()],
    runs: latestRuns([...readJsonFolder(join(places.state, 'runs')).values()] as Run[]),
  };
};

interface Run {
  readonly ring?: string;
  readonly timeline?: readonly { readonly at?: string }[];
}

const latestRuns = (runs: readonly Run[]): Run[] => {
  const begun = (run: Run): string => run.timeline?.[0]?.at ?? '';
  const newestFirst = runs.toSorted((a, b) => (begun(a) < begun(b) ? 1 : -1));
  return [...Map.groupBy(newestFirst, ({ ring }) => ring).values()].flatMap((ofRing) => ofRing.slice(0, RUNS_SHOWN));
};

const viewOf = async (pod: Pod): Promise<ProcessView> => ({
  name: pod.name,
  pid: pod.process?.pid ?? null,
  phase: pod.phase,
  starts: pod.starts,
  log: pod.spec.log,
  rings: pod.spec.rings && pod.process ? await receiptsOf(pod) : [],
});

/** Asks the process itself, as the operator does; a process that does not answer has acknowledged nothing that is known. */
const receiptsOf = async (pod: Pod): Promise<Acknowledged[]> => {
  try {
    const url = new URL('/keyturn/v1/rings', pod.spec.managementUrl);
    const answer = await fetch(url, { signal: AbortSignal.timeout(ASK_TIMEOUT_MS) });
    const { rings = [] } = (await answer.json()) as { readonly rings?: readonly Acknowledged[] };
    return rings.map(({ ring, role, loaded, durable }) => ({ ring, role, loaded, durable }));
  } catch {
    return [];
  }
};
