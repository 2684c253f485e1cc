import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Logger } from '../logging/logger.js';
import { requestContext } from '../logging/request-context.js';
import type { Metrics } from '../metrics/metrics.js';

/** The route's pattern: a path would put user ids into logs' indexes and make a metric series of each. */
const routeOf = (request: FastifyRequest): string => (request.is404 ? 'none' : (request.routeOptions.url ?? 'none'));

/** Gives each request its id, its line of log and its place in the metrics. */
export const observeRequests = (fastify: FastifyInstance, logger: Logger, metrics: Metrics): void => {
  fastify.addHook('onRequest', (request, reply, done) => {
    metrics.httpInFlight.inc();
    reply.raw.setHeader('x-request-id', request.id);
    reply.raw.once('close', () => metrics.httpInFlight.dec());
    done();
  });
  // After the body was read: reading it would lose the context.
  fastify.addHook('preValidation', (request, _reply, done) => {
    requestContext.run({ requestId: request.id }, done);
  });
  fastify.addHook('onResponse', (request, reply, done) => {
    const { method } = request;
    const route = routeOf(request);
    const seconds = reply.elapsedTime / 1000;
    metrics.httpDuration.observe({ method, route, status: reply.statusCode }, seconds);
    const fields = {
      requestId: request.id,
      method,
      route,
      status: reply.statusCode,
      ms: Math.round(reply.elapsedTime),
    };
    logger[reply.statusCode >= 500 ? 'warn' : 'info'](fields, 'request');
    done();
  });
};
