import { inClusterConnection, runKubernetesOperator } from '@keyturn/operator/kubernetes';

/**
 * The operator as its pod runs it, with the account in a folder: `replica.js <port of the API server> <folder>
 * <management port>`. Sends `works` when it does, and ends with SIGTERM.
 */
const [port = '', account = '', managementPort = '0'] = process.argv.slice(2);
const stopped = new AbortController();
process.once('SIGTERM', () => stopped.abort());

await runKubernetesOperator(
  {
    connection: await inClusterConnection('127.0.0.1', port, account),
    host: '127.0.0.1',
    managementPort: Number(managementPort),
    logLevel: 'warn',
  },
  stopped.signal,
);
process.disconnect?.();
