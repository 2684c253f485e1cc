import { PROBLEM_JSON, ProblemException } from '@keyturn/guard';
import type { FastifyInstance } from 'fastify';

/** Headers with one value (RFC 9110, 5.3): of two, one program would take the first and another the last. */
const SINGLE = new Set(['authorization', 'content-length', 'content-type', 'host', 'origin']);

/** The first of those that is there twice; `raw` is names and values in turn. */
export const repeatedHeader = (raw: readonly string[]): string | undefined => {
  const seen = new Set<string>();
  return raw.find((name, index) => {
    const lower = name.toLowerCase();
    if (index % 2 === 1 || !SINGLE.has(lower)) return false;
    return seen.has(lower) || !seen.add(lower);
  });
};

/** Nobody in front of a service and the service itself shall go by different credentials or hosts. */
export const refuseRepeatedHeaders = (fastify: FastifyInstance): void => {
  fastify.addHook('onRequest', (request, reply, done) => {
    const name = repeatedHeader(request.raw.rawHeaders)?.toLowerCase();
    if (name === undefined) return done();
    const { problem } = new ProblemException({ status: 400, detail: `the header ${name} may be there once only` });
    return void reply.code(400).type(PROBLEM_JSON).send(JSON.stringify(problem));
  });
};
