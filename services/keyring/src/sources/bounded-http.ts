import { readFileSync } from 'node:fs';
import { type ClientRequest, Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';

export interface SendOptions {
  /** Default: GET. */
  readonly method?: 'GET' | 'POST' | 'PATCH';
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

export interface HttpAnswer {
  readonly status: number;
  readonly etag?: string;
  readonly body: string;
}

export interface BoundedHttpOptions {
  /** Whole exchange, connecting and body included. Milliseconds, default 2,000. */
  readonly timeoutMs?: number;
  /** Largest body, default 1 MiB. */
  readonly maxBytes?: number;
  /** PEM file of the authorities that an https server is checked against; the system's when absent. */
  readonly caFile?: string;
}

export interface BoundedHttp {
  send(url: URL, options?: SendOptions): Promise<HttpAnswer>;
  close(): void;
}

const readBody = async (response: IncomingMessage, maxBytes: number): Promise<string> => {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxBytes) throw new Error(`the answer is larger than ${maxBytes} bytes`);
    chunks.push(chunk);
  }
  return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks));
};

const answer = (request: ClientRequest, body: string | undefined): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => {
    request.once('response', resolve);
    request.once('error', reject);
    request.end(body);
  });

/**
 * HTTP with a bound on time and size over kept-alive connections. Redirects are not followed: a key source has one
 * address. Throws whatever the network throws; the errors carry no content.
 */
export const createBoundedHttp = (options: BoundedHttpOptions = {}): BoundedHttp => {
  const { timeoutMs = 2000, maxBytes = 1_048_576, caFile } = options;
  const plain = new HttpAgent({ keepAlive: true, maxSockets: 4 });
  let secure: HttpsAgent | undefined;
  // Opened at first use and again after a failure, so that a renewed CA file is taken up.
  const secureAgent = (): HttpsAgent =>
    (secure ??= new HttpsAgent({ keepAlive: true, maxSockets: 4, ...(caFile && { ca: readFileSync(caFile) }) }));

  const send = async (url: URL, { method = 'GET', body, headers, signal }: SendOptions = {}): Promise<HttpAnswer> => {
    const deadline = AbortSignal.timeout(timeoutMs);
    const both = signal ? AbortSignal.any([deadline, signal]) : deadline;
    const https = url.protocol === 'https:';
    try {
      const begin = https ? httpsRequest : httpRequest;
      const agent = https ? secureAgent() : plain;
      const request = begin(url, { method, agent, headers: { ...headers }, signal: both });
      const response = await answer(request, body);
      request.on('error', () => undefined);
      try {
        const { etag } = response.headers;
        return { status: response.statusCode ?? 0, body: await readBody(response, maxBytes), ...(etag && { etag }) };
      } finally {
        response.destroy();
      }
    } catch (error) {
      // The old one is left to requests that are under way.
      secure = undefined;
      throw deadline.aborted ? new Error(`no complete answer within ${timeoutMs} ms`) : error;
    }
  };
  return {
    send,
    close: () => {
      plain.destroy();
      secure?.destroy();
    },
  };
};
