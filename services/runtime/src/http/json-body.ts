import type { FastifyInstance } from 'fastify';
import { invalidInput } from '../problems/problems.js';

const DEPTH = 32;

const isDeeperThan = (value: unknown, limit: number): boolean => {
  let level: unknown[] = [value];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > limit) return true;
    level = level.flatMap((item) => (typeof item === 'object' && item !== null ? Object.values(item) : []));
  }
  return false;
};

/**
 * JSON is the only body that is read. An empty one is no body (clients send the content type with it), a nested one has
 * at most 32 levels, since what handles it later does so by recursion.
 */
export const acceptOnlyJson = (fastify: FastifyInstance): void => {
  const parse = fastify.getDefaultJsonParser('error', 'error');
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    const text = String(body);
    if (text === '') return done(null, undefined);
    return parse(request, text, (error, value) => {
      if (!error && isDeeperThan(value, DEPTH)) {
        return done(invalidInput([], `The body is nested deeper than ${DEPTH} levels.`));
      }
      return done(error, value);
    });
  });
};
