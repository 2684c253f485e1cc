import { isDeepStrictEqual } from 'node:util';
import { FINAL_PHASES, type RotationRequest, type RunPhase, type RunRecord } from '../../records/index.js';
import { type ApiClient, collection, isApiError, item, KEY_ROTATIONS, type ResourceCache } from '../api/index.js';
import type { EventRecorder } from './events.js';
import { type KeyRotation, type KeyRotationStatus, REQUESTED_BY } from './resources.js';
import { abortId } from './rotation-requests.js';
import { runOf, specOf, statusOf } from './rotation-runs.js';

export interface RunStoreOptions {
  readonly api: ApiClient;
  readonly namespace: string;
  readonly cache: ResourceCache<KeyRotation>;
  readonly events: EventRecorder;
}

/** Somebody who changes the same object again and again is stopped after so many tries; the next turn tries again. */
const ATTEMPTS = 5;

const isFinal = ({ status }: KeyRotation): boolean => FINAL_PHASES.has((status?.phase ?? 'Running') as RunPhase);

/** Runs that the operator begins itself; all others answer a KeyRotation that somebody made. */
const isOwn = ({ requestedBy }: RunRecord): boolean => requestedBy === 'schedule' || requestedBy === 'operator';

/** Runs as the status of KeyRotations. A status is written only when it says something new. */
export class RunStore {
  /** Answers to `spec.abort`: they are stored with the run that was aborted, once that is stored. */
  private readonly aborts = new Map<string, RunRecord>();

  constructor(private readonly options: RunStoreOptions) {}

  runs(ring: string): RunRecord[] {
    return this.options.cache
      .values()
      .filter(({ spec }) => spec.ringRef.name === ring)
      .flatMap((rotation) => runOf(rotation) ?? []);
  }

  async put(run: RunRecord): Promise<void> {
    if (run.kind === 'abort') {
      this.aborts.set(run.id, run);
      return;
    }
    const found = this.options.cache.get(run.id) ?? (isOwn(run) ? await this.create(run) : await this.fetch(run.id));
    // Whoever deletes a run that somebody asked for wants no answer.
    if (found) await this.writeStatus(found, (rotation) => statusOf(run, rotation));
  }

  /** The answer of an abort is written last, so that an operator that ends in between aborts again. */
  async forget(request: RotationRequest): Promise<void> {
    if (request.kind !== 'abort' || request.run === undefined) return;
    const run = this.aborts.get(abortId(request.run));
    const rotation = this.options.cache.get(request.run);
    this.aborts.delete(request.id);
    if (!run || !rotation) return;
    const abort = {
      phase: run.phase === 'Refused' ? ('Refused' as const) : ('Complete' as const),
      at: run.timeline.at(-1)?.at ?? run.timeline[0]?.at ?? '',
      ...(run.refused && { refused: run.refused }),
    };
    await this.writeStatus(rotation, ({ status }) => ({ ...status, abort }), true);
  }

  async remove(run: RunRecord): Promise<void> {
    const { api, namespace, cache } = this.options;
    const uid = cache.get(run.id)?.metadata.uid;
    await api.remove(item(KEY_ROTATIONS, namespace, run.id), uid === undefined ? {} : { uid });
    cache.forget(run.id);
  }

  private async create(run: RunRecord): Promise<KeyRotation | undefined> {
    const { api, namespace, cache } = this.options;
    const object = {
      apiVersion: 'keyturn.dev/v1alpha1',
      kind: 'KeyRotation',
      metadata: { name: run.id, namespace, annotations: { [REQUESTED_BY]: run.requestedBy } },
      spec: specOf(run),
    };
    try {
      const made = await api.create<KeyRotation>(collection(KEY_ROTATIONS, namespace), object);
      cache.observe(made);
      return made;
    } catch (error) {
      // Another operator made it, or the answer was lost.
      if (isApiError(error, 'alreadyExists', 'ambiguous')) return this.fetch(run.id);
      throw error;
    }
  }

  private async fetch(name: string): Promise<KeyRotation | undefined> {
    const { api, namespace, cache } = this.options;
    const found = await api.get<KeyRotation>(item(KEY_ROTATIONS, namespace, name));
    if (found) cache.observe(found);
    return found;
  }

  /** A run that has ended stays as it ended; `ended` = what is written does not change that. */
  private async writeStatus(
    first: KeyRotation,
    next: (rotation: KeyRotation) => KeyRotationStatus,
    ended = false,
  ): Promise<void> {
    const { api, namespace, cache } = this.options;
    const mayWrite = (rotation: KeyRotation): boolean => ended || !isFinal(rotation);
    let rotation: KeyRotation | undefined = first;
    for (let attempt = 1; rotation && mayWrite(rotation); attempt++) {
      const status = next(rotation);
      if (isDeepStrictEqual(status, rotation.status)) return;
      try {
        const path = item(KEY_ROTATIONS, namespace, rotation.metadata.name, 'status');
        const stored = await api.replace<KeyRotation>(path, { ...rotation, status });
        cache.observe(stored);
        this.tell(rotation, stored);
        return;
      } catch (error) {
        if (isApiError(error, 'notFound')) return;
        if (!isApiError(error, 'conflict', 'ambiguous') || attempt >= ATTEMPTS) throw error;
        rotation = await this.fetch(rotation.metadata.name);
      }
    }
  }

  /** What the timeline says and did not say before. */
  private tell(before: KeyRotation, after: KeyRotation): void {
    const known = new Set((before.status?.timeline ?? []).map(({ at, event }) => `${at} ${event}`));
    for (const { at, event, message } of after.status?.timeline ?? []) {
      if (known.has(`${at} ${event}`)) continue;
      const refused = after.status?.refused;
      const type = event === 'Refused' ? ('Warning' as const) : ('Normal' as const);
      const said = message ?? refused?.message ?? `${event} (ring ${after.spec.ringRef.name})`;
      this.options.events.tell({ kind: 'KeyRotation', object: after, type, reason: event, message: said });
    }
  }
}
