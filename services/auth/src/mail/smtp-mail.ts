import type { Logger } from '@keyturn/runtime';
import { createTransport } from 'nodemailer';
import type { AuthMetrics } from '../metrics.js';
import type { Mail, Recipient } from './mail.js';
import { type Message, resetMessage, verificationMessage } from './messages.js';

export interface SmtpMailOptions {
  /** `smtp://user:password@host:port` or `smtps://…`. */
  readonly url: string;
  readonly from: string;
  readonly logger: Logger;
  readonly metrics: AuthMetrics;
}

const TIMEOUT_MS = 10_000;

/** Sends over SMTP through a small pool of connections. */
export const createSmtpMail = ({ url, from, logger, metrics }: SmtpMailOptions): Mail => {
  const transport = createTransport({
    url,
    pool: true,
    maxConnections: 3,
    connectionTimeout: TIMEOUT_MS,
    greetingTimeout: TIMEOUT_MS,
    socketTimeout: 2 * TIMEOUT_MS,
  });
  const sending = new Set<Promise<void>>();
  const send = (kind: string, to: Recipient, { subject, text }: Message): void => {
    const work = transport.sendMail({ from, to: to.email, subject, text }).then(
      () => metrics.mails.inc({ kind, result: 'sent' }),
      (err: unknown) => {
        metrics.mails.inc({ kind, result: 'failed' });
        logger.error({ err, kind }, 'a mail could not be sent');
      },
    );
    sending.add(work);
    void work.finally(() => sending.delete(work));
  };
  return {
    verifyAddress: (to, link) => send('verification', to, verificationMessage(to, link)),
    resetPassword: (to, link) => send('reset', to, resetMessage(to, link)),
    settled: async () => {
      await Promise.allSettled(sending);
    },
    close: () => transport.close(),
  };
};
