import { setTimeout as sleep } from 'node:timers/promises';
import {
  type ApiClient,
  collection,
  item,
  KEY_RINGS,
  KEY_ROTATIONS,
  type KubeObject,
} from '@keyturn/operator/kubernetes';
import { apiCalls, difference, type Memory, processorSeconds, watchMemory, writesOf } from './usage.js';

/** One rotation by a KeyRotation, and what it took. Seconds, MiB. */
export interface Measured {
  /** From the request to phase Complete. */
  readonly rotation: number;
  /** From there until the next standby is proven by every process. */
  readonly standby: number;
  readonly acknowledged: string;
  readonly processor: number;
  readonly highestMemory: Memory;
  readonly calls: ReadonlyMap<string, number>;
  readonly writes: readonly (readonly [string, number])[];
}

export interface Idle {
  readonly seconds: number;
  readonly processor: number;
  readonly memory: Memory;
}

export interface Operated {
  readonly api: ApiClient;
  readonly namespace: string;
  readonly ring: string;
  /** Of the operator's process. */
  readonly pid: number;
  readonly metricsUrl: string;
}

interface Run extends KubeObject {
  readonly status?: { readonly phase?: string; readonly acks?: { readonly text?: string } };
}

interface Ring extends KubeObject {
  readonly status?: {
    readonly keys?: readonly { readonly kid: string; readonly state: string; readonly provenAt?: string }[];
    readonly consumers?: { readonly total: number };
  };
}

const PATIENCE_MS = 300_000;

async function until<T>(what: string, look: () => Promise<T | undefined>): Promise<T> {
  for (const end = performance.now() + PATIENCE_MS; ; await sleep(100)) {
    const found = await look();
    if (found !== undefined) return found;
    if (performance.now() > end) throw new Error(`it did not happen in ${PATIENCE_MS / 1000} s: ${what}`);
  }
}

type Ringed = Pick<Operated, 'api' | 'namespace' | 'ring'>;

/** The kid of a standby that every process has proved, and that is another than the one before. */
export const provenStandby = ({ api, namespace, ring }: Ringed, processes: number, before?: string): Promise<string> =>
  until('the standby is proven', async () => {
    const { status } = (await api.get<Ring>(item(KEY_RINGS, namespace, ring))) ?? {};
    const proven = status?.keys?.find(({ state, provenAt }) => state === 'pending' && provenAt !== undefined);
    return proven && proven.kid !== before && status?.consumers?.total === processes ? proven.kid : undefined;
  });

export async function rotate(operated: Operated, name: string, processes: number): Promise<Measured> {
  const { api, namespace, ring, pid, metricsUrl } = operated;
  const counted = async () => apiCalls(await (await fetch(metricsUrl)).text());
  const standby = await provenStandby(operated, processes);
  const [before, used, memory] = [await counted(), processorSeconds(pid), watchMemory(pid)];
  const begun = performance.now();
  await api.create(collection(KEY_ROTATIONS, namespace), {
    apiVersion: 'keyturn.dev/v1alpha1',
    kind: 'KeyRotation',
    metadata: { name },
    spec: { ringRef: { name: ring } },
  });
  const run = await until('the rotation is complete', async () => {
    const found = await api.get<Run>(item(KEY_ROTATIONS, namespace, name));
    return found?.status?.phase === 'Complete' ? found : undefined;
  });
  const completed = performance.now();
  await provenStandby(operated, processes, standby);
  const calls = difference(await counted(), before);
  return {
    rotation: (completed - begun) / 1000,
    standby: (performance.now() - completed) / 1000,
    acknowledged: run.status?.acks?.text ?? '',
    processor: processorSeconds(pid) - used,
    highestMemory: memory.stop(),
    calls,
    writes: writesOf(calls),
  };
}
