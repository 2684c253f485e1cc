import type { IncomingMessage, ServerResponse } from 'node:http';
import { sendProblem } from '../proxy/problem.js';

const LOCAL = /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/i;

/**
 * Whether the request names this machine as its host; answers it otherwise. A page on the internet whose name was pointed
 * at 127.0.0.1 gets nothing to read.
 */
export const fromThisMachine = (request: IncomingMessage, response: ServerResponse): boolean => {
  if (LOCAL.test(request.headers.host ?? '')) return true;
  sendProblem(response, { status: 421, title: 'Misdirected Request', detail: 'host: must be localhost' });
  return false;
};
