import { createManagementServer, type ManagementServer } from '@keyturn/keyring/management';
import type { ServiceContext } from './context.js';

/** Health, metrics, receipts and canaries of a service, on their own port. */
export const createManagement = (
  { environment, logger, metrics, nodes }: Pick<ServiceContext, 'environment' | 'logger' | 'metrics' | 'nodes'>,
  ready: () => boolean | Promise<boolean>,
): ManagementServer =>
  createManagementServer({
    port: environment.MANAGEMENT_PORT,
    host: environment.HOST,
    nodes,
    metrics: () => metrics.text(),
    ready,
    onError: (error) => logger.error({ err: error }, 'a request to the management port failed'),
  });
