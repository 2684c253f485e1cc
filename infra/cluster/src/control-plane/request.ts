import { request } from 'node:https';
import { text } from 'node:stream/consumers';

export interface ApiAccess {
  readonly url: string;
  /** PEM certificate of the authority. */
  readonly authority: string;
  readonly token: string;
}

export interface ApiAnswer {
  readonly status: number;
  readonly body: string;
}

const PATIENCE_MS = 5_000;

/** One GET on a connection of its own. Rejects when there is no answer in time. */
export const getFromApi = ({ url, authority, token }: ApiAccess, path: string): Promise<ApiAnswer> =>
  new Promise((resolve, reject) => {
    const options = {
      ca: authority,
      agent: false as const,
      headers: { authorization: `Bearer ${token}` },
      signal: AbortSignal.timeout(PATIENCE_MS),
    };
    request(`${url}${path}`, options, (response) => {
      text(response).then((body) => resolve({ status: response.statusCode ?? 0, body }), reject);
    })
      .on('error', reject)
      .end();
  });
