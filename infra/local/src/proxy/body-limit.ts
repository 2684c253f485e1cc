import type { IncomingMessage } from 'node:http';
import type { Problem } from './problem.js';

/** What a service takes of a body when nothing else is configured. */
const DEFAULT_BYTES = 131_072;
const VARIABLE = 'KEYTURN_BODY_LIMIT';

/**
 * The largest body, in bytes, that any of the services takes: what is larger is refused by the one address, as by the ingress
 * of a cluster. A service closes the connection on who is still sending, and the answer may be lost with it.
 */
export const bodyLimitOf = (environments: readonly Readonly<Record<string, string>>[]): number =>
  Math.max(DEFAULT_BYTES, ...environments.flatMap(({ [VARIABLE]: limit }) => Number(limit) || []));

export const tooLarge: Problem = {
  status: 413,
  title: 'Content Too Large',
  detail: 'the body is larger than any service takes',
};

export class BodyTooLarge extends Error {}

export const announcesTooMuch = ({ headers }: IncomingMessage, limitBytes: number): boolean =>
  Number(headers['content-length'] ?? 0) > limitBytes;

/** Calls back while a body comes that is larger and did not say so. It is read from here on. */
export const whenTooMuch = (request: IncomingMessage, limitBytes: number, callback: () => void): void => {
  let bytes = 0;
  request.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > limitBytes) callback();
  });
};
