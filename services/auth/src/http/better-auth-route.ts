import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { badRequest } from '../better-auth/bad-request.js';
import { CLIENT_ADDRESS_HEADER } from '../better-auth/client-address.js';
import type { AuthHandler } from '../better-auth/handler.js';
import { BASE_PATH } from '../better-auth/options.js';

/** What a Request can carry; TRACE, for one, it cannot. */
const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const;

/** Headers that belong to the connection, not to the message. */
const HOP_BY_HOP = new Set(['connection', 'keep-alive', 'transfer-encoding', 'te', 'trailer', 'upgrade', 'expect']);

/**
 * Mounts Better Auth in a scope of its own. It reads bodies itself, so the scope only collects bytes, within the limit of
 * the service. The answer goes through Fastify's reply: hooks, CORS, metrics and draining treat it like any other.
 */
export const mountBetterAuth = (fastify: FastifyInstance, handle: AuthHandler, origin: string): void => {
  fastify.register((scope, _options, done) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, parsed) => parsed(null, body));
    scope.route({
      method: [...METHODS],
      url: `${BASE_PATH}/*`,
      handler: async (request, reply) => {
        const response = isBrokenJson(request) ? badRequest('The body is not valid JSON.') : undefined;
        return send(reply, response ?? (await handle(webRequest(request, origin))));
      },
    });
    done();
  });
};

/** Better Auth answers JSON that cannot be parsed with 500. */
const isBrokenJson = ({ body, headers }: FastifyRequest): boolean => {
  if (!Buffer.isBuffer(body) || body.length === 0 || !/\bjson\b/i.test(headers['content-type'] ?? '')) return false;
  try {
    JSON.parse(body.toString('utf8'));
    return false;
  } catch {
    return true;
  }
};

const webRequest = (request: FastifyRequest, origin: string): Request => {
  const headers = new Headers();
  for (const [name, value] of Object.entries(request.headers)) {
    if (value === undefined || HOP_BY_HOP.has(name)) continue;
    for (const item of Array.isArray(value) ? value : [value]) headers.append(name, item);
  }
  headers.set(CLIENT_ADDRESS_HEADER, request.ip);
  const hasBody = !['GET', 'HEAD'].includes(request.method) && Buffer.isBuffer(request.body) && request.body.length > 0;
  return new Request(new URL(request.url, origin), {
    method: request.method,
    headers,
    ...(hasBody && { body: new Uint8Array(request.body as Buffer) }),
  });
};

const send = async (reply: FastifyReply, response: Response): Promise<FastifyReply> => {
  reply.code(response.status);
  for (const [name, value] of response.headers) {
    if (name !== 'set-cookie' && !HOP_BY_HOP.has(name)) reply.header(name, value);
  }
  const cookies = response.headers.getSetCookie();
  if (cookies.length > 0) reply.header('set-cookie', cookies);
  return reply.send(Buffer.from(await response.arrayBuffer()));
};
