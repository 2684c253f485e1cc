import { readFileSync } from 'node:fs';
import { type ClientRequest, Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';

export interface GetOptions {
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

export interface GetResult {
  readonly status: number;
  readonly etag?: string;
  readonly body: string;
}

export interface BoundedGetOptions {
  /** Whole exchange, connecting and body included. Milliseconds, default 2,000. */
  readonly timeoutMs?: number;
  /** Largest body, default 1 MiB. */
  readonly maxBytes?: number;
  /** PEM file of the authorities that an https server is checked against; the system's when absent. */
  readonly caFile?: string;
}

export interface BoundedGet {
  get(url: URL, options?: GetOptions): Promise<GetResult>;
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

const answer = (request: ClientRequest): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => {
    request.once('response', resolve);
    request.once('error', reject);
    request.end();
  });

/**
 * GET with a bound on time and size over kept-alive connections. Redirects are not followed: a key source has one
 * address. Throws whatever the network throws; the errors carry no content.
 */
export const createBoundedGet = (options: BoundedGetOptions = {}): BoundedGet => {
  const { timeoutMs = 2000, maxBytes = 1_048_576, caFile } = options;
  const plain = new HttpAgent({ keepAlive: true, maxSockets: 4 });
  let secure: HttpsAgent | undefined;
  // Opened at first use and again after a failure, so that a renewed CA file is taken up.
  const secureAgent = (): HttpsAgent =>
    (secure ??= new HttpsAgent({ keepAlive: true, maxSockets: 4, ...(caFile && { ca: readFileSync(caFile) }) }));

  const get = async (url: URL, { headers, signal }: GetOptions = {}): Promise<GetResult> => {
    const deadline = AbortSignal.timeout(timeoutMs);
    const both = signal ? AbortSignal.any([deadline, signal]) : deadline;
    const https = url.protocol === 'https:';
    try {
      const send = https ? httpsRequest : httpRequest;
      const request = send(url, { agent: https ? secureAgent() : plain, headers: { ...headers }, signal: both });
      const response = await answer(request);
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
    get,
    close: () => {
      plain.destroy();
      secure?.destroy();
    },
  };
};
