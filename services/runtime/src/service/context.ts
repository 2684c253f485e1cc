import type { RingNode } from '@keyturn/keyring';
import type { ProcessEnvironment } from '../configuration/common.js';
import type { Logger } from '../logging/logger.js';
import type { Metrics } from '../metrics/metrics.js';

/** What every part of a process shares. Injectable by this class from anywhere in the application. */
export class ServiceContext<E extends ProcessEnvironment = ProcessEnvironment> {
  constructor(
    readonly name: string,
    readonly environment: E,
    readonly logger: Logger,
    readonly metrics: Metrics,
    readonly nodes: readonly RingNode[],
  ) {}

  /** This process's node of a ring. Throws a TypeError when the service's definition does not list the ring. */
  node(ring: string): RingNode {
    const node = this.nodes.find((candidate) => candidate.ring === ring);
    if (!node) throw new TypeError(`the service ${this.name} takes no part in the ring ${ring}`);
    return node;
  }
}
