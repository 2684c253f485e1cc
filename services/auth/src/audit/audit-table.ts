import type { PoolClient } from 'pg';

/** No foreign keys: what happened stays written down when its user is gone. */
export const createAuditTable = async (client: PoolClient): Promise<void> => {
  await client.query(`
    CREATE TABLE IF NOT EXISTS audit_event (
      id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      at timestamptz NOT NULL DEFAULT now(),
      event text NOT NULL,
      outcome text NOT NULL,
      actor text,
      subject text,
      address text,
      user_agent text,
      request_id text,
      details jsonb NOT NULL
    )`);
  await client.query('CREATE INDEX IF NOT EXISTS audit_event_at ON audit_event (at)');
  await client.query('CREATE INDEX IF NOT EXISTS audit_event_subject ON audit_event (subject, id)');
  await client.query('CREATE INDEX IF NOT EXISTS audit_event_actor ON audit_event (actor, id)');
};
