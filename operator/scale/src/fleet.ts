import { once } from 'node:events';
import { createServer as createHttpServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer, type Server as TcpServer } from 'node:net';
import { json } from 'node:stream/consumers';
import { decodeProtectedHeader } from 'jose';
import { digestOf, type Receipt, type RingRole } from '@keyturn/keyring';
import { parseRingDocument, type PublicRingDocument } from '@keyturn/keyring/document';

export interface FleetPod {
  readonly address: string;
  readonly podUid: string;
  readonly role: RingRole;
}

export interface FleetOptions {
  readonly ring: string;
  /** Where documents are fetched. */
  readonly documents: string;
  /** Every pod fetches for itself, as when no issuer answers; else one fetch does for all, as issuers would serve them. */
  readonly each: boolean;
}

const PORT = 9000;

interface Loaded {
  readonly document: PublicRingDocument;
  readonly digest: string;
  readonly kids: readonly string[];
}

/**
 * The management ports of many pods in one process, each at its own address. A receipt that asks for a newer generation
 * than the pod has makes it fetch, as a process would; a canary is accepted if its key is in what the pod has loaded.
 */
export class Fleet {
  private readonly http: Server;
  private readonly listening: TcpServer[] = [];
  private readonly pods: ReadonlyMap<string, FleetPod>;
  /** What each address has loaded. */
  private readonly loaded = new Map<string, Loaded>();
  private newest: Loaded | undefined;
  private fetching: Promise<Loaded> | undefined;

  private constructor(
    pods: readonly FleetPod[],
    private readonly options: FleetOptions,
  ) {
    this.pods = new Map(pods.map((pod) => [pod.address, pod]));
    this.http = createHttpServer((request, response) => {
      this.answer(request, response).catch(() => response.writeHead(500).end());
    });
  }

  static async start(pods: readonly FleetPod[], options: FleetOptions): Promise<Fleet> {
    const fleet = new Fleet(pods, options);
    for (const { address } of pods) {
      const server = createServer((socket) => void fleet.http.emit('connection', socket));
      server.listen(PORT, address);
      await once(server, 'listening');
      fleet.listening.push(server);
    }
    return fleet;
  }

  async stop(): Promise<void> {
    this.http.closeAllConnections();
    await Promise.all(this.listening.map((server) => new Promise((resolve) => server.close(resolve))));
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const address = request.socket.localAddress ?? '';
    const pod = this.pods.get(address);
    const url = new URL(request.url ?? '/', `http://${address}`);
    if (!pod) return void response.writeHead(404).end();
    const value = url.pathname.endsWith('/canary')
      ? this.canary(address, ((await json(request)) as { credential: string }).credential)
      : await this.receipt(pod, Number(url.searchParams.get('atLeast') ?? 0));
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(value));
  }

  private canary(address: string, credential: string): object {
    const { kid = '' } = decodeProtectedHeader(credential);
    const accepted = this.loaded.get(address)?.kids.includes(kid) ?? false;
    return { accepted, kid, ...(!accepted && { reason: 'unknown kid' }) };
  }

  private async receipt({ address, podUid, role }: FleetPod, atLeast: number): Promise<Receipt> {
    const before = this.loaded.get(address);
    const has = (before?.document.generation ?? 0) >= Math.max(1, atLeast) ? before : await this.fetchFor(atLeast);
    if (has) this.loaded.set(address, has);
    const generation = has?.document.generation ?? 0;
    return {
      ring: this.options.ring,
      ringId: has?.document.ringId ?? '',
      role,
      loaded: generation,
      durable: generation,
      kids: has?.kids ?? [],
      digest: has?.digest ?? '',
      podUid,
      bootId: podUid.slice(0, 8),
    };
  }

  private async fetchFor(atLeast: number): Promise<Loaded> {
    if (this.options.each) return this.fetch();
    if ((this.newest?.document.generation ?? 0) >= Math.max(1, atLeast) && this.newest) return this.newest;
    this.fetching ??= this.fetch().finally(() => {
      this.fetching = undefined;
    });
    return this.fetching;
  }

  /** A confirming read. */
  private async fetch(): Promise<Loaded> {
    const { ring, documents } = this.options;
    const answer = await fetch(new URL(`/keyturn/v1/rings/${ring}/document?confirm=true`, documents));
    const text = await answer.text();
    const { newest } = this;
    const generation = (JSON.parse(text) as PublicRingDocument).generation;
    // Each pod would parse what it got; one process that does it ten thousand times would measure itself.
    if (newest?.document.generation === generation) return newest;
    const document = parseRingDocument(text) as PublicRingDocument;
    const kids = document.keys
      .filter(({ state }) => state !== 'compromised' && state !== 'revoked')
      .map(({ kid }) => kid);
    this.newest = { document, digest: digestOf(document), kids };
    return this.newest;
  }
}
