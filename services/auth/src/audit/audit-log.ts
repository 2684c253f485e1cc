import type { Logger } from '@keyturn/runtime';
import type { Pool } from 'pg';
import type { AuditEvent, AuditEventName, AuditRecord } from './audit-event.js';
import { Seldom } from './seldom.js';

export interface AuditQuery {
  /** At most so many, newest first. */
  readonly limit: number;
  /** Only those before this id. */
  readonly before?: string | undefined;
  readonly event?: AuditEventName | undefined;
  /** Only what this user did or what happened to them. */
  readonly user?: string | undefined;
}

const COLUMNS = `id::text, at, event, outcome, actor, subject, address, user_agent AS "userAgent",
  request_id AS "requestId", details`;

/** Security events in the table `audit_event`. */
export class AuditLog {
  private readonly seldom = new Seldom();

  constructor(
    private readonly pool: Pool,
    private readonly logger: Logger,
  ) {}

  /** Writes an event down. When the database does not take it, it is in the process's log at least: nothing fails for it. */
  async record(event: AuditEvent): Promise<void> {
    const { event: name, outcome, actor, subject, address, userAgent, requestId, details } = event;
    try {
      await this.pool.query(
        `INSERT INTO audit_event (event, outcome, actor, subject, address, user_agent, request_id, details)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
        [name, outcome, actor, subject, address, userAgent, requestId, details],
      );
    } catch (err) {
      this.logger.error({ err, audit: event }, 'a security event could not be written down');
    }
  }

  /** The same from the same place is written down once a minute at most, by each process. */
  async recordSeldom(event: AuditEvent): Promise<void> {
    const { event: name, actor, address, details } = event;
    if (this.seldom.isDue(JSON.stringify([name, actor, address, details]), Date.now())) await this.record(event);
  }

  async read({ limit, before, event, user }: AuditQuery): Promise<readonly AuditRecord[]> {
    const { rows } = await this.pool.query<Omit<AuditRecord, 'at'> & { at: Date }>(
      `SELECT ${COLUMNS} FROM audit_event
       WHERE ($1::bigint IS NULL OR id < $1) AND ($2::text IS NULL OR event = $2)
         AND ($3::text IS NULL OR actor = $3 OR subject = $3)
       ORDER BY audit_event.id DESC LIMIT $4`,
      [before ?? null, event ?? null, user ?? null, limit],
    );
    return rows.map((row) => ({ ...row, at: row.at.toISOString() }));
  }

  /** Removes what is older; how many. */
  async forget(olderThanMs: number): Promise<number> {
    const { rowCount } = await this.pool.query(
      `DELETE FROM audit_event WHERE at < now() - $1 * interval '1 millisecond'`,
      [olderThanMs],
    );
    return rowCount ?? 0;
  }
}
