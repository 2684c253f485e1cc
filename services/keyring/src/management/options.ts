import type { AnyRingDocument } from '../document/document.js';
import type { RingNode } from '../ring-node.js';

/** Answers the public document of rings; a confirming read rests on a read of the truth that began after the call. */
export interface DocumentSource {
  document(
    ring: string,
    options: { readonly confirm: boolean; readonly signal: AbortSignal },
  ): Promise<AnyRingDocument | undefined>;
}

export interface ManagementOptions {
  readonly port: number;
  /** Default 0.0.0.0: the port belongs to the inner network and is in no public service. */
  readonly host?: string;
  /** Rings of this process: receipts and canaries. */
  readonly nodes?: readonly RingNode[];
  /** Where documents come from; default: the nodes whose role is issuer. */
  readonly documents?: DocumentSource;
  /** Prometheus text; without it `/metrics` is 404. */
  readonly metrics?: () => Promise<{ readonly contentType: string; readonly body: string }>;
  /** Whether the process is alive; default true. */
  readonly live?: () => boolean;
  /** Names of what is not ready; an empty list = ready. The nodes are checked in any case. */
  readonly notReady?: () => readonly string[] | Promise<readonly string[]>;
}

export interface ManagementServer {
  /** Port that it listens on: the one asked for, or the one that the system chose for 0. */
  readonly port: number;
  close(): Promise<void>;
}
