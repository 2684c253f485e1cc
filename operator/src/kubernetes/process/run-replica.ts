import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type { Logger } from 'pino';
import type { DocumentProvider } from '@keyturn/keyring/management';
import { type EngineObserver, httpProcesses, type Pace, runEngine } from '../../engine/index.js';
import { truthDocuments } from '../../process/documents.js';
import { createLog } from '../../process/log.js';
import { createMetrics, type OperatorMetrics } from '../../process/metrics.js';
import { type Address, createManagement, observerOf } from '../../process/outside.js';
import {
  type CacheEvent,
  type Connection,
  createApiClient,
  Election,
  type ElectionEvent,
  type Term,
} from '../api/index.js';
import type { LeaseTimes } from '../api/lease.js';
import { KubernetesDriver } from '../driver/index.js';
import { withRollouts } from '../rollout/index.js';
import { KubernetesTruth } from '../truth/index.js';
import { createApiMetrics } from './api-metrics.js';
import { Readiness } from './readiness.js';

export interface KubernetesOperatorOptions extends Address {
  readonly connection: Connection;
  /** Of KeyRings and truths; default: that of the connection. */
  readonly namespace?: string;
  readonly logLevel: string;
  /** Name of the Lease of the election. */
  readonly leaseName?: string;
  readonly leaseTimes?: LeaseTimes;
  readonly pace?: Pace;
  /** Sees every event before the engine goes on. */
  readonly observe?: EngineObserver;
}

export const LEASE_NAME = 'keyturn-operator';

/** How long a confirming read may take: whoever waits for it asks another replica sooner than that. */
const READ_MS = 5_000;

interface Parts {
  readonly options: KubernetesOperatorOptions;
  readonly namespace: string;
  readonly identity: string;
  readonly log: Logger;
  readonly metrics: OperatorMetrics;
  readonly api: ReturnType<typeof createApiMetrics>;
  readonly readiness: Readiness;
}

/**
 * Runs one replica of the operator until the signal fires. Every replica answers confirming reads; one of them leads and
 * runs the rings. Rejects when it cannot start.
 */
export async function runKubernetesOperator(options: KubernetesOperatorOptions, signal: AbortSignal): Promise<void> {
  const { connection } = options;
  const log = createLog(options.logLevel);
  const metrics = createMetrics();
  const parts: Parts = {
    options,
    namespace: options.namespace ?? connection.namespace,
    identity: `${hostname()}_${randomUUID()}`,
    log,
    metrics,
    api: createApiMetrics(metrics.registry),
    readiness: new Readiness(),
  };
  const management = createManagement(options, readDocuments(parts, signal), {
    log,
    metrics,
    notReady: () => parts.readiness.missing(),
  });
  const { port } = await management.start();
  const { namespace, identity } = parts;
  log.info({ managementPort: port, namespace, identity, server: connection.server.origin }, 'the operator works');
  try {
    await electionOf(parts).run((term) => lead(parts, term), signal);
  } finally {
    await management.stop();
    connection.close();
    log.info('the operator has stopped');
  }
}

/** Reads of the truth that nobody writes by: this replica may lead or not. */
function readDocuments({ options, namespace, api }: Parts, signal: AbortSignal): DocumentProvider {
  const { connection } = options;
  const reader = createApiClient({ connection, observe: (event) => api.call(event), signal });
  const truth = new KubernetesTruth({ api: reader, namespace });
  return truthDocuments({ read: (ring) => truth.read(ring, AbortSignal.timeout(READ_MS)) });
}

function electionOf({ options, namespace, identity, log, api, readiness }: Parts): Election {
  const { connection, leaseName = LEASE_NAME, leaseTimes } = options;
  const observe = (event: ElectionEvent): void => {
    api.election(event);
    readiness.election(event);
    if (event.event === 'election-failed') log.warn({ err: event.error }, 'the lease could not be read or written');
    else log.info(event, `election: ${event.event}`);
  };
  return new Election({
    api: createApiClient({ connection, observe: (event) => api.call(event) }),
    namespace,
    name: leaseName,
    identity,
    ...(leaseTimes && { times: leaseTimes }),
    observe,
  });
}

/** One term: caches, driver and engine, all ended by the term's signal; no write is sent after it. */
async function lead({ options, namespace, identity, log, metrics, api, readiness }: Parts, term: Term): Promise<void> {
  const client = createApiClient({
    connection: options.connection,
    observe: (event) => api.call(event),
    fence: () => term.fence(),
    signal: term.signal,
  });
  const watched = (event: CacheEvent): void => {
    api.cache(event);
    if (event.event === 'failed') log.warn({ err: event.error, path: event.path }, 'a watch failed; it goes on');
  };
  const { pace } = options;
  const driver = new KubernetesDriver({
    api: client,
    namespace,
    instance: identity,
    observe: watched,
    ...(pace && { pace }),
  });
  const observe = observerOf({ log, metrics }, async (event) => {
    readiness.engine(event);
    await options.observe?.(event);
  });
  const caches = driver.run(term.signal);
  await driver.synced(term.signal);
  if (!term.signal.aborted) readiness.leads(driver.knownRings());
  const reader = new KubernetesTruth({ api: client, namespace });
  const processes = withRollouts(httpProcesses, { api: client, namespace, truth: reader });
  await runEngine({ driver, processes, now: Date.now, observe }, term.signal);
  metrics.forgetRings();
  await caches;
}
