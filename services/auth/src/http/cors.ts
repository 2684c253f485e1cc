import cors from '@fastify/cors';
import type { FastifyInstance } from 'fastify';

/** Headers of answers that scripts of other origins may read. */
const EXPOSED = ['set-auth-token', 'retry-after', 'x-retry-after', 'x-request-id'];

/** Trusted origins may call with credentials; keys and discovery are for everyone, without. Better Auth answers no preflight. */
export const allowOrigins = async (fastify: FastifyInstance, origins: readonly string[]): Promise<void> => {
  await fastify.register(cors, {
    delegator: (request, decide) => {
      const isPublic = request.url?.startsWith('/.well-known/') ?? false;
      decide(null, isPublic ? { origin: '*', methods: ['GET', 'HEAD'] } : forTrusted(origins));
    },
  });
};

const forTrusted = (origins: readonly string[]) => ({
  origin: [...origins],
  credentials: true,
  methods: ['GET', 'POST', 'PATCH', 'DELETE', 'OPTIONS'],
  allowedHeaders: ['content-type', 'authorization'],
  exposedHeaders: EXPOSED,
  maxAge: 600,
});
