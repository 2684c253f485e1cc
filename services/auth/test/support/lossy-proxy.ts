import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** What becomes of the next request on a connection that is open: the request is lost, or its answer, or the answer is late. */
export type Loss = 'request is lost' | 'answer is lost' | 'answer never comes';

interface Pair {
  readonly client: Socket;
  readonly server: Socket;
  loss?: Loss;
}

/** TCP between a client and a server. It cannot read what it passes on, and loses what a network loses. */
export class LossyProxy {
  /** How many requests met their loss. */
  losses = 0;
  private readonly pairs = new Set<Pair>();

  private constructor(
    private readonly listener: Server,
    private readonly target: { readonly host: string; readonly port: number },
  ) {}

  static async open(url: string): Promise<LossyProxy> {
    const { hostname: host, port } = new URL(url);
    const listener = createServer();
    const proxy = new LossyProxy(listener, { host, port: Number(port) });
    listener.on('connection', (client) => proxy.join(client));
    listener.listen(0, '127.0.0.1');
    await once(listener, 'listening');
    return proxy;
  }

  get port(): number {
    return (this.listener.address() as AddressInfo).port;
  }

  /** Of every connection that is open now. New ones are whole: their handshakes would look like answers. */
  lose(loss: Loss): void {
    for (const pair of this.pairs) pair.loss = loss;
  }

  async close(): Promise<void> {
    this.listener.close();
    for (const { client } of this.pairs) client.destroy();
    await once(this.listener, 'close');
  }

  private join(client: Socket): void {
    const server = connect(this.target);
    const pair: Pair = { client, server };
    this.pairs.add(pair);
    const end = (): void => {
      client.destroy();
      server.destroy();
      this.pairs.delete(pair);
    };
    const lost = (): void => {
      this.losses += 1;
      end();
    };
    client.on('data', (data) => (pair.loss === 'request is lost' ? lost() : server.write(data)));
    server.on('data', (data) => {
      if (pair.loss === 'answer is lost') lost();
      else if (pair.loss === 'answer never comes') this.losses += 1;
      else client.write(data);
    });
    for (const socket of [client, server]) socket.on('error', end).on('close', end);
  }
}
