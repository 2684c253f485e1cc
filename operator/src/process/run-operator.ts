import { mkdir } from 'node:fs/promises';
import { type EngineObserver, httpProcesses, runEngine } from '../engine/index.js';
import { createLocalDriver } from '../local/index.js';
import { truthDocuments } from './documents.js';
import { createLog } from './log.js';
import { createMetrics } from './metrics.js';
import { type Address, createManagement, observerOf } from './outside.js';

export interface OperatorOptions extends Address {
  readonly state: string;
  readonly logLevel: string;
  /** Sees every event before the engine goes on. */
  readonly observe?: EngineObserver;
}

/** Runs an operator over a state directory until the signal fires. Rejects when it cannot start. */
export async function runOperator(options: OperatorOptions, signal: AbortSignal): Promise<void> {
  const log = createLog(options.logLevel);
  await mkdir(options.state, { recursive: true, mode: 0o700 });
  const driver = createLocalDriver(options.state, ({ file, problems }) => {
    log.warn({ file, problems }, 'a request is set aside: it breaks a rule');
  });
  const shown = { log, metrics: createMetrics() };
  const management = createManagement(options, truthDocuments(driver.truth), shown);
  const { port } = await management.start();
  log.info({ managementPort: port, state: options.state }, 'the operator works');
  const observe = observerOf(shown, options.observe);
  try {
    await runEngine({ driver, processes: httpProcesses, now: Date.now, observe }, signal);
  } finally {
    driver.close();
    await management.stop();
    log.info('the operator has stopped');
  }
}
