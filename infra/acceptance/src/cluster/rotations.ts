import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { collection, item, KEY_RINGS, KEY_ROTATIONS, type KubeObject } from '@keyturn/operator/kubernetes';
import type { RingStatus, RunRecord } from '@keyturn/operator';
import type { Rotation } from '@keyturn/proof';
import type { Kubernetes } from './kubernetes.js';
import { until } from './wait.js';

export interface RotationObject extends KubeObject {
  readonly status?: Omit<Partial<RunRecord>, 'acks'>;
}

export interface RingObject extends KubeObject {
  readonly status?: Pick<RingStatus, 'conditions' | 'keys' | 'activeKid' | 'generation' | 'currentRun'> & {
    readonly consumers?: { readonly total: number; readonly lagging?: readonly { readonly name: string }[] };
  };
}

const FINAL = new Set(['Complete', 'Refused', 'Aborted', 'Superseded']);
const LOOK_MS = 50;
const RETRY_MS = 200;

export interface Asked {
  readonly name?: string;
  readonly revoke?: readonly string[];
}

export const rotationOf = (ring: string, { name = `acceptance-${randomUUID()}`, revoke }: Asked = {}) => ({
  apiVersion: 'keyturn.dev/v1alpha1',
  kind: 'KeyRotation',
  metadata: { name },
  spec: {
    ringRef: { name: ring },
    reason: revoke ? 'Compromised' : 'Manual',
    ...(revoke && { revoke: { keys: revoke } }),
  },
});

export const readRotation = ({ api, namespace }: Kubernetes, name: string): Promise<RotationObject | undefined> =>
  api.get<RotationObject>(item(KEY_ROTATIONS, namespace, name));

export const readRing = async ({ api, namespace }: Kubernetes, name: string): Promise<RingObject> => {
  const ring = await api.get<RingObject>(item(KEY_RINGS, namespace, name));
  if (!ring) throw new Error(`there is no KeyRing ${name}`);
  return ring;
};

/** Creates a KeyRotation, again and again while the API server is away: its name makes a second one impossible. */
export const request = async (kubernetes: Kubernetes, ring: string, asked: Asked = {}): Promise<string> => {
  const { api, namespace } = kubernetes;
  const rotation = rotationOf(ring, asked);
  const { name } = rotation.metadata;
  for (const end = performance.now() + 60_000; ; await sleep(RETRY_MS)) {
    const trouble = await api.create(collection(KEY_ROTATIONS, namespace), rotation).then(
      () => undefined,
      (error: unknown) => error,
    );
    if (trouble === undefined || (await readRotation(kubernetes, name).catch(() => undefined))) return name;
    if (performance.now() > end) throw trouble;
  }
};

/** Waits for the end of a run. Throws after `withinMs`, saying where it stands. */
export const ended = async (kubernetes: Kubernetes, name: string, withinMs: number): Promise<RotationObject> => {
  let last: RotationObject | undefined;
  for (const end = performance.now() + withinMs; performance.now() < end; await sleep(LOOK_MS)) {
    last = (await readRotation(kubernetes, name).catch(() => undefined)) ?? last;
    if (last && isFinal(last)) return last;
  }
  const { phase = 'not taken', waitingFor, timeline } = last?.status ?? {};
  throw new Error(
    `${name} has not ended within ${withinMs / 1000} s: ${phase} ${JSON.stringify(waitingFor ?? timeline?.at(-1))}`,
  );
};

const WITHIN_MS = 120_000;

export const listRotations = async ({ api, namespace }: Kubernetes): Promise<RotationObject[]> => {
  const found: RotationObject[] = [];
  for await (const { items } of api.list<RotationObject>(collection(KEY_ROTATIONS, namespace))) found.push(...items);
  return found;
};

const isFinal = ({ status }: RotationObject): boolean => FINAL.has(status?.phase ?? '');

/** Removes the history. */
export const forgetRotations = async (kubernetes: Kubernetes): Promise<void> => {
  const { api, namespace } = kubernetes;
  const finished = (await listRotations(kubernetes)).filter(isFinal);
  await Promise.all(finished.map(({ metadata }) => api.remove(item(KEY_ROTATIONS, namespace, metadata.name))));
};

/** Where a rotation may stand when something happens to its operator. */
export const MOMENTS = ['asked for', 'proving its key', 'just written'] as const;
export type Moment = (typeof MOMENTS)[number];

/** Waits for such a moment of a rotation that begins from now on, and names it; rotations have to be under way. */
export const reached = async (kubernetes: Kubernetes, moment: Moment): Promise<string> => {
  const before = new Set((await listRotations(kubernetes)).map(({ metadata }) => metadata.name));
  const stands: Record<Moment, (rotation: RotationObject) => boolean> = {
    'asked for': ({ status }) => status?.phase === undefined,
    'proving its key': ({ status }) => status?.phase === 'Running' || status?.phase === 'Waiting',
    'just written': isFinal,
  };
  const look = async (): Promise<string | undefined> =>
    (await listRotations(kubernetes)).find((found) => !before.has(found.metadata.name) && stands[moment](found))
      ?.metadata.name;
  return until(`a rotation is ${moment}`, 60_000, look, 5);
};

/** One rotation, from the request until the new key signs. */
export const rotate = async (kubernetes: Kubernetes, ring: string): Promise<Rotation> => {
  const from = Date.now();
  const { status } = await ended(kubernetes, await request(kubernetes, ring), WITHIN_MS);
  if (status?.phase !== 'Complete') {
    throw new Error(`the rotation of ${ring} ended as ${status?.phase}: ${JSON.stringify(status?.refused)}`);
  }
  return { ring, kid: status.kids?.[0] ?? '', from, until: Date.now() };
};

/** Rotates rings again and again, each in its own loop, until it is told to stop. */
export class Rotations {
  readonly done: Rotation[] = [];
  /** Why a ring rotates no more; empty as long as all is well. */
  readonly stuck: string[] = [];
  private stopped = false;
  private readonly loops: Promise<void>[];

  constructor(
    private readonly kubernetes: Kubernetes,
    readonly rings: readonly string[],
    private readonly pauseMs: number,
  ) {
    this.loops = rings.map((ring) =>
      this.loop(ring).catch((error: unknown) => {
        this.stuck.push(error instanceof Error ? error.message : String(error));
      }),
    );
  }

  /** Waits until every ring has begun and ended so many more rotations. */
  async more(count: number): Promise<void> {
    const from = Date.now();
    const since = (ring: string): number =>
      this.done.filter((rotation) => rotation.ring === ring && rotation.from >= from).length;
    while (this.rings.some((ring) => since(ring) < count)) {
      if (this.stuck.length > 0) throw new Error(this.stuck.join('; '));
      await sleep(LOOK_MS);
    }
  }

  /** Lets the rotations under way end. */
  async stop(): Promise<readonly Rotation[]> {
    this.stopped = true;
    await Promise.all(this.loops);
    return this.done;
  }

  private async loop(ring: string): Promise<void> {
    while (!this.stopped) {
      this.done.push(await rotate(this.kubernetes, ring));
      await sleep(this.pauseMs);
    }
  }
}
