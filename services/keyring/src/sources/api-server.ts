import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createBoundedHttp, type HttpAnswer } from './bounded-http.js';

export interface ApiServerOptions {
  /** Base URL of the API server. */
  readonly server: string;
  /** Folder with `token` and `ca.crt`, both read again as they are renewed; default: where a pod has them. */
  readonly credentials?: string;
  /** Bound on one request, milliseconds, default 2,000. */
  readonly timeoutMs?: number;
}

export interface ApiRequest {
  /** Default: GET. */
  readonly method?: 'GET' | 'POST' | 'PATCH';
  /** Sent as JSON; with PATCH as a JSON merge patch. */
  readonly body?: object;
  readonly signal?: AbortSignal;
}

/** The API server of a cluster, asked by a pod's own service account. */
export interface ApiServer {
  /**
   * Resolves with whatever the API server answered. Rejects when there was no complete answer in time: then a write may
   * have happened or not. `path` may have a query.
   */
  ask(path: string, request?: ApiRequest): Promise<HttpAnswer>;
}

const SERVICE_ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount';
/** The API server takes objects of some 1.5 MiB, and adds to them. */
const MAX_BYTES = 4 * 1_048_576;

/** From `KUBERNETES_SERVICE_HOST` and `KUBERNETES_SERVICE_PORT`. */
export const apiServerUrl = (host: string, port: number): string =>
  `https://${host.includes(':') ? `[${host}]` : host}:${port}`;

export const createApiServer = (options: ApiServerOptions): ApiServer => {
  const { server, credentials = SERVICE_ACCOUNT, timeoutMs = 2000 } = options;
  const http = createBoundedHttp({ timeoutMs, maxBytes: MAX_BYTES, caFile: join(credentials, 'ca.crt') });
  return {
    ask: async (path, { method = 'GET', body, signal } = {}) => {
      const token = (await readFile(join(credentials, 'token'), 'utf8')).trim();
      const type = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json';
      const headers = {
        authorization: `Bearer ${token}`,
        accept: 'application/json',
        ...(body && { 'content-type': type }),
      };
      const sent = { method, headers, ...(body && { body: JSON.stringify(body) }), ...(signal && { signal }) };
      return http.send(new URL(path, server), sent);
    },
  };
};
