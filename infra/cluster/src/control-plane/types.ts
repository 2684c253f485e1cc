import type { ControlPlaneDaemon } from './settings.js';
import type { Snapshot } from './snapshot.js';

export interface ControlPlaneOptions {
  /**
   * Where its state is kept and found again by the next start: at most one control plane at a time, and who starts ends
   * the one that runs there. Omitted: a temporary directory that stop() removes.
   */
  readonly dir?: string;
  /** Receives progress, a line at a time. Default: nobody. */
  readonly log?: (line: string) => void;
}

export interface RestartOptions {
  /** `orderly` sends SIGTERM, `crash` SIGKILL. Default `orderly`. */
  readonly how?: 'orderly' | 'crash';
  /** Runs, and is awaited, while the daemon is down. */
  readonly whileDown?: () => Promise<void>;
}

/** A running etcd, API server and controller manager. There are no nodes: pods are objects that nothing runs. */
export interface ControlPlane {
  readonly dir: string;
  /** Of the API server, on loopback; the same over restarts. */
  readonly url: string;
  /** Path of the administrator's kubeconfig. */
  readonly kubeconfig: string;
  /** What a child process needs to find it. */
  readonly env: { readonly KUBECONFIG: string };
  /** Path of a kubectl of the same version. */
  readonly kubectl: string;
  /** etcd's client URL, on loopback: its JSON gateway compacts, for example. */
  readonly etcdUrl: string;
  /** Undefined when the daemon is down. */
  pidOf(daemon: ControlPlaneDaemon): number | undefined;
  /** SIGKILL. It stays down until start(). */
  kill(daemon: ControlPlaneDaemon): Promise<void>;
  /** Resolves when it does its work again. */
  start(daemon: ControlPlaneDaemon): Promise<void>;
  restart(daemon: ControlPlaneDaemon, options?: RestartOptions): Promise<void>;
  /** SIGSTOP: connections stay open and nothing answers, until resume(). */
  pause(daemon: ControlPlaneDaemon): void;
  resume(daemon: ControlPlaneDaemon): void;
  /** restart('kube-apiserver') */
  restartApiServer(options?: RestartOptions): Promise<void>;
  /** kill('kube-apiserver') */
  killApiServer(): Promise<void>;
  /** Copies what is in etcd; requests wait meanwhile. */
  snapshot(): Promise<Snapshot>;
  /**
   * Goes back to a snapshot, with all three down meanwhile. Resource versions go back too, as after `etcdutl snapshot
   * restore` without a bump of the revision.
   */
  restore(snapshot: Snapshot): Promise<void>;
  /** Ends everything at once; removes a temporary directory. */
  stop(): Promise<void>;
}
