import { mkdir } from 'node:fs/promises';
import { createManagementServer } from '@keyturn/keyring/management';
import { type EngineObserver, httpProcesses, runEngine } from '../engine/index.js';
import { createLocalDriver } from '../local/index.js';
import { truthDocuments } from './documents.js';
import { createLog, logEvent } from './log.js';
import { createMetrics } from './metrics.js';

export interface OperatorOptions {
  readonly state: string;
  readonly host: string;
  readonly managementPort: number;
  readonly logLevel: string;
  /** Sees every event before the engine goes on. */
  readonly observe?: EngineObserver;
}

/** Runs an operator over a state directory until the signal fires. Rejects when it cannot start. */
export async function runOperator(options: OperatorOptions, signal: AbortSignal): Promise<void> {
  const log = createLog(options.logLevel);
  const metrics = createMetrics();
  await mkdir(options.state, { recursive: true, mode: 0o700 });
  const driver = createLocalDriver(options.state, ({ file, problems }) => {
    log.warn({ file, problems }, 'a request is set aside: it breaks a rule');
  });
  const management = createManagementServer({
    port: options.managementPort,
    host: options.host,
    documents: truthDocuments(driver.truth),
    metrics: () => metrics.registry.metrics(),
    onError: (error) => log.error({ err: error }, 'a management request could not be answered'),
  });
  const { port } = await management.start();
  log.info({ managementPort: port, state: options.state }, 'the operator works');
  const observe: EngineObserver = async (event) => {
    metrics.record(event);
    logEvent(log, event);
    await options.observe?.(event);
  };
  try {
    await runEngine({ driver, processes: httpProcesses, now: Date.now, observe }, signal);
  } finally {
    driver.close();
    await management.stop();
    log.info('the operator has stopped');
  }
}
