import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { Agent as HttpAgent } from 'node:http';
import { Agent, type AgentOptions } from 'node:https';

/** How to reach one API server and as whom. */
export interface Connection {
  /** Base address; may have a path. */
  readonly server: URL;
  /** Of the pod or the context. */
  readonly namespace: string;
  /** For messages: the context, or `in-cluster`. */
  readonly name: string;
  /** The connections to use and the headers to send; with `refresh` the credentials are read anew. */
  credentials(refresh: boolean): Promise<Credentials>;
  close(): void;
}

export interface Credentials {
  readonly agent: HttpAgent;
  readonly headers: Readonly<Record<string, string>>;
}

/** What credentials are made of: TLS material for connections, headers for requests. */
export interface Material {
  readonly tls: AgentOptions;
  readonly headers: Readonly<Record<string, string>>;
  /** Connections of another kind (a proxy), instead of plain ones. */
  readonly agent?: HttpAgent;
}

/** A kubelet renews a token long before it ends; client-go reads it again as often. */
const REFRESH_MS = 60_000;
/** The API server closes idle connections after 90 s; a request on a closing connection would be lost. */
const IDLE_CONNECTION_MS = 60_000;
const MOST_CONNECTIONS = 64;

const fingerprint = (tls: AgentOptions): string => createHash('sha256').update(JSON.stringify(tls)).digest('hex');

/** Keeps connections open as long as the TLS material stays the same, and credentials for a minute. */
export function keptCredentials(server: URL, load: () => Promise<Material>): Pick<Connection, 'credentials' | 'close'> {
  let kept: { readonly at: number; readonly tls: string; readonly credentials: Credentials } | undefined;
  const agentFor = ({ tls, agent }: Material): HttpAgent => {
    if (agent) return agent;
    const options = { keepAlive: true, timeout: IDLE_CONNECTION_MS, maxSockets: MOST_CONNECTIONS, scheduling: 'lifo' };
    return server.protocol === 'http:'
      ? new HttpAgent(options as AgentOptions)
      : new Agent({ ...options, ...tls } as AgentOptions);
  };
  return {
    credentials: async (refresh) => {
      if (kept && !refresh && performance.now() - kept.at < REFRESH_MS) return kept.credentials;
      const material = await load();
      const tls = fingerprint(material.tls);
      const same = kept?.tls === tls ? kept.credentials.agent : undefined;
      const credentials = { agent: same ?? agentFor(material), headers: material.headers };
      kept = { at: performance.now(), tls, credentials };
      return credentials;
    },
    close: () => {
      kept?.credentials.agent.destroy();
      kept = undefined;
    },
  };
}

const SERVICE_ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount';

/** Inside a pod: the service account's token and authority, read again as the kubelet renews them. */
export async function inClusterConnection(
  host: string,
  port: string,
  folder: string = SERVICE_ACCOUNT,
): Promise<Connection> {
  const read = async (name: string): Promise<string> => (await readFile(`${folder}/${name}`, 'utf8')).trim();
  const server = new URL(`https://${host.includes(':') ? `[${host}]` : host}:${port}`);
  const load = async (): Promise<Material> => ({
    tls: { ca: await read('ca.crt') },
    headers: { authorization: `Bearer ${await read('token')}` },
  });
  return { server, namespace: await read('namespace'), name: 'in-cluster', ...keptCredentials(server, load) };
}
