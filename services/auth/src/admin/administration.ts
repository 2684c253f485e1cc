import { fromNodeHeaders } from 'better-auth/node';
import type { FastifyRequest } from 'fastify';
import type { Issuer } from '../issuer.js';
import { type Administrator, requireAdministrator } from './administrator.js';
import { requireTrustedOrigin } from './trusted-origin.js';

/** The administrator who makes a request. A change needs a trusted origin and a recent proof of who they are. */
export const administratorOf = (issuer: Issuer, request: FastifyRequest): Promise<Administrator> => {
  const headers = fromNodeHeaders(request.headers);
  const { KEYTURN_BASE_URL: base, KEYTURN_TRUSTED_ORIGINS: origins } = issuer.configuration;
  const changes = request.method !== 'GET';
  if (changes) requireTrustedOrigin(headers, [base, ...origins]);
  return requireAdministrator(headers, issuer.generations.serving(), Date.now(), { recently: changes });
};
