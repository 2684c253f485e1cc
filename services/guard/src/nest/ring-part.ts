import { createRingNode, type RingLogger, type RingNode, type RingRole } from '@keyturn/keyring';
import { Logger } from '@nestjs/common';
import type { NodeOrOptions } from './guard-options.js';

/** A ring node and who ends it. */
export interface RingPart {
  readonly node: RingNode;
  /** The module made the node, so it starts and stops it. */
  readonly owned: boolean;
}

const isNode = (given: NodeOrOptions): given is RingNode => 'require' in given && typeof given.require === 'function';

/** Throws TypeError for options that cannot work. */
export function ringPartOf(given: NodeOrOptions, role: RingRole): RingPart {
  if (isNode(given)) return { node: given, owned: false };
  return { node: createRingNode({ role, logger: nestRingLogger(given.ring), ...given }), owned: true };
}

/** What the ring reports goes to Nest's logger; its fields never carry key material. */
function nestRingLogger(ring: string): RingLogger {
  const logger = new Logger(`Ring ${ring}`);
  return {
    info: (fields, message) => logger.log({ message, ...fields }),
    warn: (fields, message) => logger.warn({ message, ...fields }),
    error: (fields, message) => logger.error({ message, ...fields }),
  };
}
