import type { RingNode, RingRole } from '@keyturn/keyring';
import type { DynamicModule, Type } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { DestinationStream } from 'pino';
import type { ProcessEnvironment } from '../configuration/common.js';
import type { HttpOptions } from '../http/adapter.js';
import type { ErrorTranslator } from '../problems/filter.js';
import type { ServiceContext } from './context.js';

/** One ring in which the process takes part. */
export interface RingPart {
  readonly ring: string;
  readonly role: RingRole;
}

/** What makes a service: everything else is the same for all of them. */
export interface ServiceDefinition<E extends ProcessEnvironment = ProcessEnvironment> {
  /** Name in logs. */
  readonly name: string;
  readonly environment: E;
  /** The service's root module. */
  readonly module: (context: ServiceContext<E>) => Type | DynamicModule;
  /**
   * Rings of the process. Their nodes are in the context before the module is built, receipts and canaries are served on
   * the management port. Needs the ring variables in the environment.
   */
  readonly rings?: readonly RingPart[];
  /** Nodes that were made elsewhere, such as those of a test's issuer; started and stopped with the others. */
  readonly nodes?: readonly RingNode[];
  /** Errors of libraries that clients may see, as problems. */
  readonly errors?: readonly ErrorTranslator[];
  /** Called with the application before it listens: plugins, further routes, documents. */
  readonly configure?: (app: NestFastifyApplication, context: ServiceContext<E>) => void | Promise<void>;
  readonly trustProxy?: HttpOptions['trustProxy'];
  /** The public address is https: answers tell browsers to stay with it. Default false. */
  readonly https?: boolean;
  /** Where log lines go; default standard output. */
  readonly logTo?: DestinationStream;
}
