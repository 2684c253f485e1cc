import { logTail } from '../processes/log-file.js';
import type { ProcessInfo } from './options.js';
import { Pod, type PodPhase, type PodPlaces, type PodSpec } from '../processes/pod.js';

/** A process that keeps ending before it was ever ready will not get better by being started again. */
const HOPELESS_STARTS = 3;

/** A process that has changed, in plain data. */
export interface PodChange {
  readonly name: string;
  readonly phase: PodPhase;
  readonly starts: number;
  readonly log: string;
}

/** All pods of a platform, by name. */
export class Crew {
  private readonly pods = new Map<string, Pod>();
  private readonly listeners = new Set<(pod: Pod) => void>();

  constructor(private readonly places: PodPlaces) {}

  add(spec: PodSpec): Pod {
    const pod = new Pod(spec, this.places, (changed) => {
      for (const listener of this.listeners) listener(changed);
    });
    this.pods.set(spec.name, pod);
    return pod;
  }

  all(): Pod[] {
    return [...this.pods.values()];
  }

  /** The processes as tools see them. */
  list(): ProcessInfo[] {
    return this.all().map(({ name, process: identity, spec: { url, managementUrl, log } }) => {
      return { name, pid: identity?.pid ?? null, url, managementUrl, log };
    });
  }

  /** Throws a TypeError that lists the names when there is no such process. */
  named(name: string): Pod {
    const pod = this.pods.get(name);
    if (!pod) throw new TypeError(`there is no process ${name}; there are ${[...this.pods.keys()].join(', ')}`);
    return pod;
  }

  onChange(listener: (pod: Pod) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /**
   * Resolves when every one of these processes is ready. Rejects with the last lines of a log when one keeps crashing,
   * when the time is over, or when the signal fires.
   */
  async ready(names: readonly string[], timeoutMs: number, signal?: AbortSignal): Promise<void> {
    const pods = names.map((name) => this.named(name));
    const failedBefore = new Map(pods.map((pod) => [pod, pod.failedStarts]));
    const failed = (pod: Pod): number => pod.failedStarts - (failedBefore.get(pod) ?? 0);
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const missing = (): Pod[] => pods.filter(({ phase }) => phase !== 'ready');
    const look = (): void => {
      if (missing().length === 0) resolve();
      const hopeless = missing().find((pod) => failed(pod) >= HOPELESS_STARTS);
      if (hopeless) reject(notReady([hopeless], 'keeps ending'));
    };
    const timer = setTimeout(() => reject(notReady(missing(), 'is not ready in time')), timeoutMs);
    const aborted = (): void => reject(signal?.reason);
    signal?.addEventListener('abort', aborted, { once: true });
    const remove = this.onChange(look);
    look();
    if (signal?.aborted) aborted();
    try {
      await promise;
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', aborted);
      remove();
    }
  }

  /** Ends every process at once, without asking. For a launcher that itself must end now. */
  killAll(): void {
    for (const { process: identity } of this.all()) {
      try {
        if (identity) process.kill(identity.pid, 'SIGKILL');
      } catch {
        // It has ended by itself.
      }
    }
  }
}

const notReady = (pods: readonly Pod[], what: string): Error => {
  const [first] = pods;
  const names = pods.map(({ name }) => name).join(', ');
  if (first?.trouble)
    return new Error(`${names} cannot be started: ${first.trouble.message}`, { cause: first.trouble });
  return new Error(`${names} ${what}. The last lines of ${first?.spec.log}:\n${first ? logTail(first.spec.log) : ''}`);
};
