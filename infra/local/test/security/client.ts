import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import type { Platform } from '../../src/index.js';
import type { Person } from '../person.js';

/** What the attacks have in common: one platform, and two people who use it. */
export interface Target {
  readonly platform: Platform;
  readonly ada: Person;
  readonly bob: Person;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

export interface Ask {
  readonly method?: string;
  /** An object is sent as JSON. */
  readonly body?: object | string;
  readonly headers?: Readonly<Record<string, string>>;
}

let addresses = 0;

/** An address of this machine that nobody else uses: limits count by address. */
export const newAddress = (): string => {
  addresses += 1;
  return `127.77.${addresses >> 8}.${addresses & 255}`;
};

/** One request of that address, its path sent as it is; redirects are not followed. */
export const askFrom = (address: string, { url }: Platform, path: string, ask: Ask = {}): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const { port, host, origin } = new URL(url);
    const body = typeof ask.body === 'object' ? JSON.stringify(ask.body) : ask.body;
    const headers = {
      host,
      origin,
      ...(body !== undefined && { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }),
      ...ask.headers,
    };
    const method = ask.method ?? (body === undefined ? 'GET' : 'POST');
    const sent = request({ host: '127.0.0.1', port, localAddress: address, method, path, headers, agent: false });
    sent.once('error', reject);
    sent.once('response', (answer) => {
      const { statusCode: status = 0, headers: got } = answer;
      text(answer).then((content) => resolve({ status, headers: got, text: content }), reject);
    });
    sent.end(body);
  });
