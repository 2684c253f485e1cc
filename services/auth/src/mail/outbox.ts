import type { Pool, PoolClient } from 'pg';
import type { MailKind } from './mail.js';
import type { Message } from './messages.js';

/** A mail that waits to be sent. */
export interface Waiting {
  readonly id: string;
  readonly kind: MailKind;
  readonly recipient: string;
  readonly message: Message;
  /** Attempts so far, with the one that was claimed. */
  readonly attempts: number;
}

/**
 * How long a claimed mail is one process's alone, longer than SMTP's time-outs together. When that process dies, another
 * one sends the mail after it.
 */
const CLAIM = '2 minutes';

/** Mails until they are sent. They hold links, as `verification` does: who reads this table can use them. */
export const createOutboxTable = async (client: PoolClient): Promise<void> => {
  await client.query(`
    CREATE TABLE IF NOT EXISTS mail_outbox (
      id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
      kind text NOT NULL,
      recipient text NOT NULL,
      message jsonb NOT NULL,
      attempts integer NOT NULL DEFAULT 0,
      created_at timestamptz NOT NULL DEFAULT now(),
      next_attempt_at timestamptz NOT NULL DEFAULT now(),
      expires_at timestamptz NOT NULL
    )`);
  await client.query('CREATE INDEX IF NOT EXISTS mail_outbox_next_attempt ON mail_outbox (next_attempt_at)');
};

export class Outbox {
  constructor(private readonly pool: Pool) {}

  /** `lifeMs`: after that the mail is of no use any more. */
  async put(mail: Pick<Waiting, 'kind' | 'recipient' | 'message'>, lifeMs: number): Promise<void> {
    await this.pool.query(
      `INSERT INTO mail_outbox (kind, recipient, message, expires_at)
       VALUES ($1, $2, $3, now() + $4 * interval '1 millisecond')`,
      [mail.kind, mail.recipient, mail.message, lifeMs],
    );
  }

  /** The next mail that is due, for this process alone; undefined when there is none. */
  async claim(): Promise<Waiting | undefined> {
    const { rows } = await this.pool.query<Waiting>(
      `UPDATE mail_outbox SET attempts = attempts + 1, next_attempt_at = now() + interval '${CLAIM}'
       WHERE id = (SELECT id FROM mail_outbox WHERE next_attempt_at <= now() AND expires_at > now()
                   ORDER BY next_attempt_at LIMIT 1 FOR UPDATE SKIP LOCKED)
       RETURNING id, kind, recipient, message, attempts`,
    );
    return rows[0];
  }

  async remove({ id }: Waiting): Promise<void> {
    await this.pool.query('DELETE FROM mail_outbox WHERE id = $1', [id]);
  }

  async retryIn({ id }: Waiting, delayMs: number): Promise<void> {
    await this.pool.query(
      `UPDATE mail_outbox SET next_attempt_at = now() + $2 * interval '1 millisecond' WHERE id = $1`,
      [id, delayMs],
    );
  }

  /** Removes what is of no use any more; the kinds of what was given up. */
  async giveUp(): Promise<readonly MailKind[]> {
    const { rows } = await this.pool.query<Waiting>(
      'DELETE FROM mail_outbox WHERE expires_at <= now() AND next_attempt_at <= now() RETURNING kind',
    );
    return rows.map(({ kind }) => kind);
  }

  /** How many wait, and since when the oldest does, seconds. */
  async waiting(): Promise<{ readonly count: number; readonly oldestSeconds: number }> {
    const { rows } = await this.pool.query<{ count: number; oldest: number }>(
      `SELECT count(*)::int AS count, coalesce(extract(epoch FROM now() - min(created_at)), 0)::float8 AS oldest
       FROM mail_outbox`,
    );
    return { count: rows[0]?.count ?? 0, oldestSeconds: Math.max(0, rows[0]?.oldest ?? 0) };
  }
}
