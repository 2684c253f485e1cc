import { type IncomingMessage, request } from 'node:http';
import { text } from 'node:stream/consumers';

export interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  /** Headers and content, to look for what must not be in it. */
  readonly whole: string;
}

/** What a server answers to a path that is sent as it is, and to any host; redirects are not followed. */
export const answerTo = (origin: string, path: string, host = new URL(origin).host): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const { hostname, port } = new URL(origin);
    const asked = request({ hostname, port, path, headers: { host }, agent: false });
    asked.once('error', reject);
    asked.once('response', (answer) => {
      const { statusCode: status = 0, headers } = answer;
      text(answer).then((body) => resolve({ status, headers, whole: `${JSON.stringify(headers)}${body}` }), reject);
    });
    asked.end();
  });
