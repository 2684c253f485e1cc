import type { Logger } from '@keyturn/runtime';
import type { AuthMetrics } from '../metrics.js';
import { backOffMs } from './back-off.js';
import type { Outbox, Waiting } from './outbox.js';
import { isRefusedForGood, type Smtp } from './smtp.js';

export interface OutboxWorkerParts {
  readonly outbox: Outbox;
  readonly smtp: Smtp;
  readonly logger: Logger;
  readonly metrics: AuthMetrics;
}

const LOOK_EVERY_MS = 1_000;
const AT_ONCE = 3;

/**
 * Sends what is in the outbox: at once when told to, else by looking every second, which also finds what is due again and
 * what other replicas left. Every replica runs one; a mail is claimed by one of them at a time.
 */
export class OutboxWorker {
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> | undefined;
  private again = false;
  private stopped = false;

  constructor(private readonly parts: OutboxWorkerParts) {}

  /** Looks now; while a look is under way, once more after it. */
  readonly wake = (): void => {
    if (this.stopped) return;
    if (this.running) {
      this.again = true;
      return;
    }
    clearTimeout(this.timer);
    this.running = this.look().finally(() => this.rest());
  };

  /** Ends what is being sent; what is left stays in the outbox. */
  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await this.running;
    this.parts.smtp.close();
  }

  private rest(): void {
    this.running = undefined;
    if (this.stopped) return;
    const delay = this.again ? 0 : LOOK_EVERY_MS;
    this.again = false;
    this.timer = setTimeout(this.wake, delay);
  }

  private async look(): Promise<void> {
    try {
      await this.giveUp();
      await Promise.all(Array.from({ length: AT_ONCE }, () => this.sendDue()));
      const { count, oldestSeconds } = await this.parts.outbox.waiting();
      this.parts.metrics.mailsWaiting.set(count);
      this.parts.metrics.oldestMail.set(oldestSeconds);
    } catch (err) {
      this.parts.logger.warn({ err }, 'the outbox could not be read and is tried again');
    }
  }

  private async giveUp(): Promise<void> {
    const { outbox, logger, metrics } = this.parts;
    for (const kind of await outbox.giveUp()) {
      metrics.mails.inc({ kind, result: 'given-up' });
      logger.error({ kind }, 'a mail could not be sent while its link was good');
    }
  }

  private async sendDue(): Promise<void> {
    while (!this.stopped) {
      const mail = await this.parts.outbox.claim();
      if (!mail) return;
      await this.send(mail);
    }
  }

  private async send(mail: Waiting): Promise<void> {
    const { outbox, smtp, logger, metrics } = this.parts;
    const { kind, attempts } = mail;
    try {
      await smtp.send(mail);
    } catch (error) {
      const forGood = isRefusedForGood(error);
      metrics.mails.inc({ kind, result: forGood ? 'refused' : 'failed' });
      const log = { kind, attempts, reason: (error as { code?: unknown }).code };
      if (forGood) {
        logger.warn(log, 'the mail server refuses a mail for good');
        return outbox.remove(mail);
      }
      logger.error(log, 'a mail could not be sent and is tried again');
      return outbox.retryIn(mail, backOffMs(attempts, Math.random()));
    }
    metrics.mails.inc({ kind, result: 'sent' });
    await outbox.remove(mail);
  }
}
