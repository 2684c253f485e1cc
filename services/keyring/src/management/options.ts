import type { AnyRingDocument } from '../document/document.js';
import type { RingNode } from '../ring-node.js';

/** Serves ring documents to others. A process that has nodes serves theirs; the operator serves the truth. */
export interface DocumentProvider {
  /**
   * With `confirm` the answer rests on a read of the truth that began after the call. Undefined: no such ring. A full
   * document may be given: only its public form is sent. Throws KeyringError (answered as 503).
   */
  document(
    ring: string,
    options: { readonly confirm: boolean; readonly signal?: AbortSignal },
  ): Promise<AnyRingDocument | undefined>;
}

export interface ManagementOptions {
  /** 0 = any free port. */
  readonly port: number;
  /** Default 0.0.0.0: the port belongs to the inner network and is in no public Service. */
  readonly host?: string;
  /** The rings of this process; more may be added later with `addNode`. */
  readonly nodes?: RingNode | readonly RingNode[];
  /** Asked for documents of rings that no node of this process holds, such as the operator's truth. */
  readonly documents?: DocumentProvider;
  /** Further metrics in Prometheus' text format, sent before those of the rings. A plain text is version 0.0.4. */
  readonly metrics?: () => MetricsText | Promise<MetricsText>;
  /** Whether the process is alive. Default: true. */
  readonly live?: () => boolean | Promise<boolean>;
  /** Whether the process is ready, asked in addition to every node's own readiness. Default: true. */
  readonly ready?: () => boolean | Promise<boolean>;
  /** Names of what is not ready, for a better answer than `ready` gives; an empty list = ready. */
  readonly notReady?: () => readonly string[] | Promise<readonly string[]>;
  /** Told of errors that a client only sees as 500. */
  readonly onError?: (error: unknown) => void;
}

export type MetricsText = string | { readonly contentType: string; readonly body: string };

export interface ManagementServer {
  /** Starts listening; the port is the one asked for, or the one that the system chose for 0. Rejects when it is taken. */
  start(): Promise<{ readonly port: number; readonly url: string }>;
  /** A ring that the process takes part in only from now on. */
  addNode(node: RingNode): void;
  /** Lets requests under way end for a second, then cuts what is left. */
  stop(): Promise<void>;
}
