import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { type AddressInfo } from 'node:net';
import { type Connection, keptCredentials } from '../../../src/kubernetes/api/connection.js';

/**
 * What becomes of a request: `pass`; `drop` = it is done, its answer is lost; `mute` = it is done, its answer never comes;
 * `cut` = it never arrives; `hang` = neither.
 */
export type Fate = 'pass' | 'drop' | 'mute' | 'cut' | 'hang';

/** Stands between an operator and a real API server, and loses what the test wants to be lost. */
export class ApiProxy {
  /** Decides about each request. */
  fate: (method: string, path: string) => Fate | Promise<Fate> = () => 'pass';
  readonly seen: { readonly method: string; readonly path: string; readonly status: number | undefined }[] = [];

  private constructor(
    private readonly server: Server,
    private readonly behind: Connection,
  ) {}

  static async start(behind: Connection): Promise<ApiProxy> {
    const server = createServer((request, response) => void proxy.handle(request, response));
    const proxy = new ApiProxy(server, behind);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return proxy;
  }

  connection(): Connection {
    const server = new URL(`http://127.0.0.1:${(this.server.address() as AddressInfo).port}`);
    const { namespace } = this.behind;
    return { server, namespace, name: 'proxied', ...keptCredentials(server, async () => ({ tls: {}, headers: {} })) };
  }

  /** Ends every connection at this moment: watches above all. */
  cutAll(): void {
    this.server.closeAllConnections();
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }

  private async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = 'GET', url: path = '/' } = request;
    const fate = await this.fate(method, path);
    if (fate === 'cut') return void request.socket.destroy();
    if (fate === 'hang') return;
    const { agent, headers: own } = await this.behind.credentials(false);
    const { host: _host, connection: _connection, ...headers } = request.headers;
    const forward = httpsRequest(new URL(path, this.behind.server), { method, headers: { ...headers, ...own }, agent });
    forward.once('error', () => response.destroy());
    forward.once('response', (answer) => {
      this.seen.push({ method, path, status: answer.statusCode });
      if (fate === 'drop' || fate === 'mute') {
        answer.resume();
        if (fate === 'drop') answer.once('end', () => response.destroy());
        return;
      }
      response.writeHead(answer.statusCode ?? 500, answer.headers);
      response.flushHeaders();
      answer.pipe(response);
      answer.once('error', () => response.destroy());
    });
    response.once('close', () => forward.destroy());
    request.pipe(forward);
  }
}
