import type { Logger } from '@keyturn/runtime';
import type { AuthConfiguration } from '../configuration/variables.js';
import { createPool } from '../database/pool.js';
import type { AuthMetrics } from '../metrics.js';
import type { Mail } from './mail.js';
import { Outbox } from './outbox.js';
import { createOutboxMail } from './outbox-mail.js';
import { OutboxWorker } from './outbox-worker.js';
import { createSmtp } from './smtp.js';

/** Mails, from being written to being sent. */
export interface PostOffice {
  readonly mail: Mail;
  /** Begins to send, also what was left by others. */
  start(): void;
  stop(): Promise<void>;
}

export interface PostOfficeParts {
  readonly configuration: AuthConfiguration;
  readonly logger: Logger;
  readonly metrics: AuthMetrics;
}

/**
 * The outbox has connections of its own: a sign-up writes its mail while it holds one for its transaction, so out of one pool
 * as many sign-ups as there are connections would wait for each other.
 */
const CONNECTIONS = 2;

export const openPostOffice = ({ configuration, logger, metrics }: PostOfficeParts): PostOffice => {
  const { DATABASE_URL: database, SMTP_URL: url, MAIL_FROM: from, KEYTURN_BASE_URL: api } = configuration;
  const pool = createPool(database, { max: CONNECTIONS, logger });
  const outbox = new Outbox(pool);
  const smtp = createSmtp({ url, from, domain: new URL(api).hostname });
  const worker = new OutboxWorker({ outbox, smtp, logger, metrics });
  const targets = { api, frontend: configuration.KEYTURN_FRONTEND_URL };
  const mail = createOutboxMail({ outbox, targets, lifeMs: configuration.KEYTURN_MAIL_LINK_TTL, wake: worker.wake });
  return {
    mail,
    start: worker.wake,
    stop: async () => {
      await worker.stop();
      await pool.end();
    },
  };
};
