import { type ApiClient, collection, EVENTS, type KubeObject } from '../api/index.js';

/** What is told about an object, for `kubectl describe` and `kubectl get events`. */
export interface Told {
  readonly kind: 'KeyRing' | 'KeyRotation';
  readonly object: KubeObject;
  readonly type: 'Normal' | 'Warning';
  /** CamelCase, from the same closed sets as conditions and timelines. */
  readonly reason: string;
  readonly message: string;
}

/** As client-go does: so many about one object at once, then one in five minutes. */
const BURST = 25;
const REFILL_MS = 300_000;
const MOST_OBJECTS = 1_000;

/** Keeps a run that alternates for hours from filling the cluster's store. `now` in milliseconds. */
export class SpamFilter {
  private readonly told = new Map<string, { left: number; at: number }>();

  allows(uid: string, now: number): boolean {
    const before = this.told.get(uid) ?? { left: BURST, at: now };
    const refilled = Math.floor((now - before.at) / REFILL_MS);
    const left = Math.min(BURST, before.left + refilled);
    this.told.delete(uid);
    this.told.set(uid, { left: Math.max(0, left - 1), at: before.at + refilled * REFILL_MS });
    const [oldest] = this.told.keys();
    if (this.told.size > MOST_OBJECTS && oldest !== undefined) this.told.delete(oldest);
    return left > 0;
  }
}

/** Events are for people: one that cannot be written holds nothing. */
export class EventRecorder {
  private readonly under = new Set<Promise<unknown>>();
  private readonly filter = new SpamFilter();

  constructor(
    private readonly api: ApiClient,
    private readonly namespace: string,
    private readonly instance: string,
  ) {}

  tell({ kind, object, type, reason, message }: Told): void {
    const { name, namespace = this.namespace, uid, resourceVersion } = object.metadata;
    if (!this.filter.allows(uid ?? name, Date.now())) return;
    const at = new Date().toISOString();
    const event = {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { generateName: `${name.slice(0, 200)}.`, namespace },
      involvedObject: { apiVersion: 'keyturn.dev/v1alpha1', kind, name, namespace, uid, resourceVersion },
      type,
      reason,
      message: message.slice(0, 1_000),
      action: reason,
      eventTime: at.replace('Z', '000Z'),
      firstTimestamp: at,
      lastTimestamp: at,
      count: 1,
      source: { component: 'keyturn-operator' },
      reportingComponent: 'keyturn.dev/operator',
      reportingInstance: this.instance.slice(0, 128),
    };
    const writing = this.api.create(collection(EVENTS, namespace), event).catch(() => undefined);
    this.under.add(writing);
    void writing.finally(() => this.under.delete(writing));
  }

  /** Resolves when what was told is written or given up. */
  async settled(): Promise<void> {
    await Promise.all(this.under);
  }
}
