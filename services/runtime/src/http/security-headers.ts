import type { FastifyInstance } from 'fastify';

/** For an API: its answers are never pages, scripts or frames, and not to be kept by a cache. A route may set its own. */
const HEADERS: Readonly<Record<string, string>> = {
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'cache-control': 'no-store',
};
const HSTS = 'max-age=31536000; includeSubDomains';

/** `https`: the public address is https, so browsers are told to stay with it. */
export const addSecurityHeaders = (fastify: FastifyInstance, options: { https: boolean }): void => {
  const headers = { ...HEADERS, ...(options.https && { 'strict-transport-security': HSTS }) };
  fastify.addHook('onRequest', (_request, reply, done) => {
    for (const [name, value] of Object.entries(headers)) reply.raw.setHeader(name, value);
    done();
  });
};
