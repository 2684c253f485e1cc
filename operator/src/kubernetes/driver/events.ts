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

/** Events are for people: one that cannot be written holds nothing. */
export class EventRecorder {
  private readonly under = new Set<Promise<unknown>>();

  constructor(
    private readonly api: ApiClient,
    private readonly namespace: string,
    private readonly instance: string,
  ) {}

  tell({ kind, object, type, reason, message }: Told): void {
    const { name, namespace = this.namespace, uid, resourceVersion } = object.metadata;
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
