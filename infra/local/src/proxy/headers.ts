import type { IncomingMessage } from 'node:http';

/** RFC 9110, 7.6.1: they belong to one connection and are not passed on. */
const HOP_BY_HOP = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'expect',
]);

/**
 * What a client must not have taken away by naming it in `Connection`: without its length, a GET with a body would become
 * two requests on the connection to the service (request smuggling).
 */
const KEPT = new Set(['content-length', 'host']);

/** A proxy says these itself: what a client claims about its own address is not believed. */
const OUR_OWN = new Set(['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto', 'x-real-ip']);

/** Headers with one value: of two, the services and who stands in front of them might go by different ones. */
const SINGLE = new Set(['authorization', 'content-length', 'content-type', 'host', 'origin']);

/** Whether one of those is there twice. */
export const isAmbiguous = ({ rawHeaders }: IncomingMessage): boolean => {
  const names = rawHeaders.flatMap((name, index) => (index % 2 === 0 ? [name.toLowerCase()] : []));
  const single = names.filter((name) => SINGLE.has(name));
  return new Set(single).size < single.length;
};

/** Raw headers (name, value, name, value) without those of the connection, multiple values and their order kept. */
const passedOn = (message: IncomingMessage, without: ReadonlySet<string>): string[] => {
  const named = new Set(
    (message.headers.connection ?? '')
      .toLowerCase()
      .split(',')
      .map((name) => name.trim())
      .filter((name) => !KEPT.has(name)),
  );
  const kept: string[] = [];
  for (let i = 0; i < message.rawHeaders.length; i += 2) {
    const name = message.rawHeaders[i]!;
    const lower = name.toLowerCase();
    if (!HOP_BY_HOP.has(lower) && !without.has(lower) && !named.has(lower)) kept.push(name, message.rawHeaders[i + 1]!);
  }
  return kept;
};

/** Headers of the request to a service. `Host` stays what the client said: the service's own address is no one's business. */
export const requestHeaders = (request: IncomingMessage): string[] => [
  ...passedOn(request, OUR_OWN),
  'x-forwarded-for',
  request.socket.remoteAddress ?? '',
  'x-forwarded-proto',
  'http',
  'x-forwarded-host',
  request.headers.host ?? '',
  // Its absence says that there is no body: a request with one always names its length or its encoding.
  ...(request.headers['transfer-encoding'] === undefined ? [] : ['transfer-encoding', 'chunked']),
];

/** Headers of the answer to the client; `replica` names the process that gave it. */
export const responseHeaders = (answer: IncomingMessage, replica: string): string[] => [
  ...passedOn(answer, new Set([REPLICA_HEADER])),
  REPLICA_HEADER,
  replica,
];

export const REPLICA_HEADER = 'x-keyturn-replica';
