import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Connection, keptCredentials } from '../../../src/kubernetes/api/connection.js';

export type Script = (request: IncomingMessage, response: ServerResponse) => void;

/** An HTTP server that does what a real API server does rarely: for the edge alone, where the wire itself is the subject. */
export class ScriptedServer {
  readonly requests: { readonly method: string; readonly url: string; readonly authorization: string | undefined }[] =
    [];
  /** Times that the credentials were read. */
  loaded = 0;
  script: Script = (_request, response) => response.end('{}');

  private constructor(private readonly server: Server) {}

  static async start(): Promise<ScriptedServer> {
    const server = createServer((request, response) => {
      const { method = '', url = '', headers } = request;
      scripted.requests.push({ method, url, authorization: headers.authorization });
      request.resume();
      scripted.script(request, response);
    });
    const scripted = new ScriptedServer(server);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return scripted;
  }

  get url(): URL {
    return new URL(`http://127.0.0.1:${(this.server.address() as AddressInfo).port}`);
  }

  connection(): Connection {
    const load = async () => {
      this.loaded += 1;
      return { tls: {}, headers: { authorization: `Bearer token-${this.loaded}` } };
    };
    return { server: this.url, namespace: 'default', name: 'scripted', ...keptCredentials(this.url, load) };
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }
}

export const answer = (response: ServerResponse, status: number, body: unknown): void => {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
};
