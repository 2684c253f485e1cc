import type { RequestOptions } from 'node:https';
import { type Connection, keptCredentials, type Material } from './connection.js';

/** A configuration that cannot be used; the message says what is wrong. */
export class ConnectionError extends Error {
  override readonly name = 'ConnectionError';
  readonly code = 'ERR_CONNECTION';
}

export interface KubeconfigOptions {
  /** Default: `$KUBECONFIG`, `~/.kube/config`, then the pod's own service account. */
  readonly file?: string;
  /** Default: the current context. */
  readonly context?: string;
}

/**
 * A connection by kubeconfig: exec plugins, OIDC, client certificates and proxies are those of @kubernetes/client-node. It
 * is loaded only here, since its models take more memory than the rest of the operator; in a pod they are not needed.
 */
export async function kubeconfigConnection({ file, context }: KubeconfigOptions = {}): Promise<Connection> {
  const { KubeConfig } = await import('@kubernetes/client-node');
  const config = new KubeConfig();
  try {
    if (file === undefined) config.loadFromDefault();
    else config.loadFromFile(file);
  } catch (cause) {
    throw new ConnectionError(`The kubeconfig cannot be read: ${(cause as Error).message}`, { cause });
  }
  if (context !== undefined) config.setCurrentContext(context);
  const found = config.getContextObject(config.getCurrentContext());
  const cluster = config.getCurrentCluster();
  if (!found || !cluster) {
    const known = config.getContexts().map(({ name }) => name);
    const rule = `The kubeconfig has no context "${config.getCurrentContext() ?? ''}"`;
    throw new ConnectionError(`${rule}. Contexts: ${known.join(', ') || 'none'}.`);
  }
  const server = new URL(cluster.server);
  const load = async (): Promise<Material> => {
    const options: RequestOptions = { headers: {} };
    await config.applyToHTTPSOptions(options);
    return materialOf(options, Boolean(cluster.proxyUrl));
  };
  return { server, namespace: found.namespace ?? 'default', name: found.name, ...keptCredentials(server, load) };
}

function materialOf(options: RequestOptions, proxied: boolean): Material {
  const { ca, cert, key, pfx, passphrase, rejectUnauthorized, servername, agent, auth } = options;
  const given = Object.entries(options.headers ?? {}).map(([name, value]) => [name.toLowerCase(), String(value)]);
  const basic = auth ? { authorization: `Basic ${Buffer.from(auth).toString('base64')}` } : {};
  const tls = { ca, cert, key, pfx, passphrase, rejectUnauthorized, servername };
  return {
    tls: Object.fromEntries(Object.entries(tls).filter(([, value]) => value !== undefined && value !== null)),
    headers: { ...basic, ...Object.fromEntries(given) },
    ...(proxied && agent && typeof agent === 'object' && { agent }),
  };
}
