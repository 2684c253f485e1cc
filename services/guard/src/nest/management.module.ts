import { createManagementServer, type ManagementServer } from '@keyturn/keyring/management';
import type { RingNode } from '@keyturn/keyring';
import {
  ConfigurableModuleBuilder,
  Inject,
  Injectable,
  Logger,
  Module,
  type OnApplicationShutdown,
  type OnModuleInit,
  Optional,
} from '@nestjs/common';
import { GuardRuntime } from './guard-runtime.js';

export interface ManagementModuleOptions {
  /** The platform's is 9000; 0 = any free port. */
  readonly port: number;
  /** Default: all addresses. It belongs into no public Service or Ingress. */
  readonly host?: string;
  /** Rings of the process beside the guard's own. */
  readonly nodes?: readonly RingNode[];
  /** Further metrics in Prometheus' text format, beside those of the guard and the rings. */
  readonly metrics?: () => string | Promise<string>;
  /** Default: true. */
  readonly live?: () => boolean | Promise<boolean>;
  /** Asked in addition to the rings. Default: true. */
  readonly ready?: () => boolean | Promise<boolean>;
}

const OPTIONS = Symbol('keyturn:management-options');

/** The management server as part of the application: it answers before the first request and after the last. */
@Injectable()
export class Management implements OnModuleInit, OnApplicationShutdown {
  readonly #server: ManagementServer;
  #url = '';

  constructor(@Inject(OPTIONS) options: ManagementModuleOptions, @Optional() runtime?: GuardRuntime) {
    const logger = new Logger('Management');
    const { port, host, nodes = [], live, ready } = options;
    this.#server = createManagementServer({
      port,
      ...(host !== undefined && { host }),
      ...(live && { live }),
      ...(ready && { ready }),
      nodes: [...new Set([...(runtime?.nodes ?? []), ...nodes])],
      metrics: async () => [await runtime?.registry.metrics(), await options.metrics?.()].filter(Boolean).join('\n'),
      onError: (error) => logger.error(error instanceof Error ? (error.stack ?? error.message) : 'unknown error'),
    });
  }

  /** Base URL, known once the application is initialised. */
  get url(): string {
    return this.#url;
  }

  async onModuleInit(): Promise<void> {
    this.#url = (await this.#server.start()).url;
  }

  onApplicationShutdown(): Promise<void> {
    return this.#server.stop();
  }
}

const { ConfigurableModuleClass } = new ConfigurableModuleBuilder<ManagementModuleOptions>({
  optionsInjectionToken: OPTIONS,
})
  .setClassMethodName('forRoot')
  .build();

/**
 * Health, readiness, metrics, receipts and canaries on a port of their own (contract of the platform). Services that are
 * started by @keyturn/runtime have it already. Finds the guard of the application by itself.
 */
@Module({ providers: [Management], exports: [Management] })
export class ManagementModule extends ConfigurableModuleClass {}
