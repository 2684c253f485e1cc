import { Controller, Get, Header, Query, Req } from '@nestjs/common';
import { invalidField, unavailable } from '@keyturn/runtime';
import type { FastifyRequest } from 'fastify';
import { AUDIT_EVENTS, type AuditRecord } from '../audit/audit-event.js';
import type { AuditQuery } from '../audit/audit-log.js';
import { Issuer } from '../issuer.js';
import { administratorOf } from './administration.js';
import { Administrative, Described } from './document/described.js';
import { AUDIT_PAGE } from './document/schemas.js';

/** A page of security events, newest first. */
export interface AuditPage {
  readonly events: readonly AuditRecord[];
  /** Give it as `cursor` for the page of those before; null = there are none. */
  readonly next: string | null;
}

const LARGEST = 200;
const DEFAULT = 50;

/** `GET /api/admin/audit?limit=&cursor=&event=&user=`. */
@Administrative('audit')
@Controller('api/admin/audit')
export class AuditController {
  constructor(private readonly issuer: Issuer) {}

  @Get()
  @Described({
    summary: 'A page of security events, the newest first',
    answer: AUDIT_PAGE,
    query: ['limit', 'cursor', 'event', 'user'],
  })
  @Header('cache-control', 'no-store')
  async list(@Query() query: Record<string, unknown>, @Req() request: FastifyRequest): Promise<AuditPage> {
    await administratorOf(this.issuer, request);
    const asked = auditQuery(query);
    const found = await this.issuer.audit.read({ ...asked, limit: asked.limit + 1 }).catch((err: unknown) => {
      throw unavailable('The database cannot be reached at the moment.', 2, err);
    });
    const events = found.slice(0, asked.limit);
    const last = events.at(-1);
    return { events, next: found.length > events.length && last ? cursorOf(last.id) : null };
  }
}

const cursorOf = (id: string): string => Buffer.from(id).toString('base64url');

/** Throws ProblemException 400 that names the field and the rule. */
const auditQuery = ({ limit, cursor, event, user }: Record<string, unknown>): AuditQuery => {
  const size = limit === undefined ? DEFAULT : Number(limit);
  if (!Number.isInteger(size) || size < 1 || size > LARGEST) {
    throw invalidField('limit', 'limit', `must be a whole number from 1 to ${LARGEST}`);
  }
  const before = cursor === undefined ? undefined : Buffer.from(String(cursor), 'base64url').toString();
  if (before !== undefined && !/^\d{1,18}$/.test(before)) {
    throw invalidField('cursor', 'cursor', 'must be the `next` of an answer');
  }
  const name = AUDIT_EVENTS.find((known) => known === event);
  if (event !== undefined && !name) throw invalidField('event', 'event', `must be one of ${AUDIT_EVENTS.join(', ')}`);
  if (user !== undefined && (typeof user !== 'string' || user.length > 100)) {
    throw invalidField('user', 'user', 'must be the id of a user');
  }
  return { limit: size, before, event: name, user };
};
