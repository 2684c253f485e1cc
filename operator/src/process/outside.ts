import type { Logger } from 'pino';
import { createManagementServer, type DocumentProvider, type ManagementServer } from '@keyturn/keyring/management';
import type { EngineObserver } from '../engine/index.js';
import { logEvent } from './log.js';
import type { OperatorMetrics } from './metrics.js';

/** What an operator shows of itself, wherever it works: health, metrics and ring documents; events in log and metrics. */

export interface Address {
  readonly host: string;
  readonly managementPort: number;
}

export interface Shown {
  readonly log: Logger;
  readonly metrics: OperatorMetrics;
}

export const createManagement = (
  { host, managementPort }: Address,
  documents: DocumentProvider,
  { log, metrics, notReady }: Shown & { readonly notReady?: () => string[] },
): ManagementServer =>
  createManagementServer({
    port: managementPort,
    host,
    documents,
    metrics: () => metrics.registry.metrics(),
    ...(notReady && { notReady }),
    onError: (error) => log.error({ err: error }, 'a management request could not be answered'),
  });

/** `more` sees every event too, before the engine goes on. */
export const observerOf =
  ({ log, metrics }: Shown, more?: EngineObserver): EngineObserver =>
  async (event) => {
    metrics.record(event);
    logEvent(log, event);
    await more?.(event);
  };
