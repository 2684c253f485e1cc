import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ManagementServer } from '@keyturn/keyring/management';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { baseUrl } from '../http/base-url.js';
import type { Drain } from '../http/drain.js';
import type { ProcessEnvironment } from '../configuration/common.js';
import { createApplication } from './application.js';
import type { ServiceContext } from './context.js';
import { createContext } from './create-context.js';
import type { ServiceDefinition } from './definition.js';
import { createManagement } from './management.js';

/** A service in this process: its HTTP application, its ring nodes and its management server. */
export class Service<E extends ProcessEnvironment = ProcessEnvironment> {
  readonly context: ServiceContext<E>;
  #app: NestFastifyApplication | undefined;
  #drain: Drain | undefined;
  readonly #management: ManagementServer;
  #stopping: Promise<void> | undefined;
  #url = '';
  #managementUrl = '';

  constructor(private readonly definition: ServiceDefinition<E>) {
    this.context = createContext(definition);
    this.#management = createManagement(this.context, () => this.serving());
  }

  /** Base URL of the service, known once it has started. */
  get url(): string {
    return this.#url;
  }

  get managementUrl(): string {
    return this.#managementUrl;
  }

  /** The Nest application. Throws before the service has started. */
  get app(): NestFastifyApplication {
    if (!this.#app) throw new TypeError('the service has not started');
    return this.#app;
  }

  /** Whether it listens and is not about to end. It is ready when its rings are as well. */
  serving(): boolean {
    return this.#url !== '' && !this.#stopping;
  }

  /** Resolves once the service listens. It is ready when its rings are as well. Throws what a module threw at start. */
  async start(): Promise<void> {
    const { environment, logger, nodes } = this.context;
    const began = performance.now();
    this.#managementUrl = baseUrl(environment.HOST, (await this.#management.start()).port);
    logger.info({ managementUrl: this.#managementUrl }, 'starting');
    for (const node of nodes) {
      node.start().catch((error: unknown) => logger.error({ ring: node.ring, err: error }, 'the ring could not start'));
    }
    const { app, drain } = await createApplication(this.definition, this.context);
    if (this.#stopping) return app.close();
    this.#app = app;
    this.#drain = drain;
    await app.listen(environment.PORT, environment.HOST);
    this.#url = baseUrl(environment.HOST, (app.getHttpServer().address() as AddressInfo).port);
    const ms = Math.round(performance.now() - began);
    logger.info({ url: this.#url, managementUrl: this.managementUrl, ms }, 'listening');
  }

  /**
   * Ends the service without dropping a request: not ready any more, then answers with `connection: close` for the drain
   * window, then no new connections, and when the last answer has ended everything else is closed. Receipts are given
   * until the end, since the process may verify and sign until then.
   */
  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  async #stop(): Promise<void> {
    const { environment, logger, nodes } = this.context;
    if (this.#app && this.#drain) {
      this.#drain.begin();
      logger.info({ inFlight: this.#drain.inFlight(), windowMs: environment.KEYTURN_DRAIN_WINDOW }, 'draining');
      await sleep(environment.KEYTURN_DRAIN_WINDOW);
      await this.#app.close();
    }
    await Promise.all(nodes.map((node) => node.stop()));
    await this.#management.stop();
    logger.info('stopped');
  }
}
