import { fromNodeHeaders } from 'better-auth/node';
import type { FastifyRequest } from 'fastify';
import { auditSource } from '../audit/audit-source.js';
import type { Issuer } from '../issuer.js';
import { type Administrator, AdministrationRefused, requireAdministrator } from './administrator.js';
import { requireTrustedOrigin } from './trusted-origin.js';

/** The administrator who makes a request. A change needs a trusted origin and a recent proof of who they are. */
export const administratorOf = async (issuer: Issuer, request: FastifyRequest): Promise<Administrator> => {
  const headers = fromNodeHeaders(request.headers);
  const { KEYTURN_BASE_URL: base, KEYTURN_TRUSTED_ORIGINS: origins } = issuer.configuration;
  const changes = request.method !== 'GET';
  try {
    if (changes) requireTrustedOrigin(headers, [base, ...origins]);
    return await requireAdministrator(headers, issuer.generations.serving(), Date.now(), { recently: changes });
  } catch (error) {
    if (error instanceof AdministrationRefused) await note(issuer, request, headers, error);
    throw error;
  }
};

const note = (
  { audit }: Issuer,
  { method, routeOptions, ip }: FastifyRequest,
  headers: Headers,
  { code, userId }: AdministrationRefused,
): Promise<void> =>
  audit.recordSeldom({
    event: 'administration-refused',
    outcome: 'refused',
    actor: userId,
    subject: null,
    details: { reason: code, request: `${method} ${routeOptions.url ?? ''}` },
    ...auditSource(headers, ip),
  });
