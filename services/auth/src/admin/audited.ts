import { fromNodeHeaders } from 'better-auth/node';
import type { FastifyRequest } from 'fastify';
import type { AuditEvent } from '../audit/audit-event.js';
import { auditSource } from '../audit/audit-source.js';
import type { Issuer } from '../issuer.js';
import type { Administrator } from './administrator.js';

/** Writes down what an administrator did. `subject`: the user to whom it was done, if it was one. */
export const audited = (
  { audit }: Issuer,
  request: FastifyRequest,
  { userId }: Pick<Administrator, 'userId'>,
  done: Pick<AuditEvent, 'event' | 'details'> & { readonly subject?: string },
): Promise<void> =>
  audit.record({
    outcome: 'ok',
    actor: userId,
    ...auditSource(fromNodeHeaders(request.headers), request.ip),
    ...done,
    subject: done.subject ?? null,
  });
