import {
  createJwksSource,
  createRingNode,
  type JwksSource,
  type RingLogger,
  type RingNode,
  type RingRole,
} from '@keyturn/keyring';
import { Logger } from '@nestjs/common';
import type { TokenVerifierOptions } from '../core/index.js';
import type { GuardModuleOptions, NodeOrOptions, SourceOrOptions } from './guard-options.js';

/** Where the keys of a module come from, and what of it the module itself has to start and stop. */
export interface KeyPart {
  /** The module's options with a real node or source in them. */
  readonly verifier: TokenVerifierOptions;
  /** Nodes whose receipts the process gives; a foreign issuer has none. */
  readonly nodes: readonly RingNode[];
  /** Absent when the caller made the node or source. */
  readonly owned?: { start(): Promise<void>; stop(): Promise<void> };
}

/** Throws TypeError for options that cannot work. */
export function keyPartOf(options: GuardModuleOptions): KeyPart {
  if (options.method === 'jwks') {
    const source = isMade<JwksSource>(options.source) ? options.source : createSource(options.source);
    return { verifier: { ...options, source }, nodes: [], ...(source !== options.source && { owned: source }) };
  }
  if (options.node === undefined) return { verifier: options as TokenVerifierOptions, nodes: [] };
  const role = options.method === 'ring' ? 'verifier' : 'holder';
  const node = isMade<RingNode>(options.node) ? options.node : createNode(options.node, role);
  return {
    verifier: { ...options, node } as TokenVerifierOptions,
    nodes: [node],
    ...(node !== options.node && { owned: node }),
  };
}

const isMade = <T extends { ready(): boolean }>(given: NodeOrOptions | SourceOrOptions): given is T & typeof given =>
  'ready' in given && typeof given.ready === 'function';

const createNode = (options: Exclude<NodeOrOptions, RingNode>, role: RingRole): RingNode =>
  createRingNode({ role, logger: nestLogger(`Ring ${options.ring}`), ...options });

const createSource = (options: Exclude<SourceOrOptions, JwksSource>): JwksSource =>
  createJwksSource({ logger: nestLogger('JWKS'), ...options });

/** What keys report goes to Nest's logger; its fields never carry key material. */
function nestLogger(context: string): RingLogger {
  const logger = new Logger(context);
  return {
    info: (fields, message) => logger.log({ message, ...fields }),
    warn: (fields, message) => logger.warn({ message, ...fields }),
    error: (fields, message) => logger.error({ message, ...fields }),
  };
}
