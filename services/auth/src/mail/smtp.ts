import { createTransport } from 'nodemailer';
import type { Waiting } from './outbox.js';

/** Hands mails to the mail server. */
export interface Smtp {
  /** Rejects when the server did not take it; see `isRefusedForGood`. */
  send(mail: Pick<Waiting, 'id' | 'recipient' | 'message'>): Promise<void>;
  close(): void;
}

export interface SmtpOptions {
  /** `smtp://user:password@host:port` or `smtps://…`. */
  readonly url: string;
  readonly from: string;
  /** Domain of the Message-ID. */
  readonly domain: string;
}

const TIMEOUT_MS = 10_000;

/** Sends over SMTP through a small pool of connections. */
export const createSmtp = ({ url, from, domain }: SmtpOptions): Smtp => {
  const transport = createTransport({
    url,
    pool: true,
    maxConnections: 3,
    connectionTimeout: TIMEOUT_MS,
    greetingTimeout: TIMEOUT_MS,
    socketTimeout: 2 * TIMEOUT_MS,
  });
  return {
    send: async ({ id, recipient, message }) => {
      // An address is given as an object: a text would be parsed, and could name several. The same id for each attempt
      // lets receivers tell a mail that was sent twice.
      const to = { name: '', address: recipient };
      await transport.sendMail({ from, to, messageId: `<${id}@${domain}>`, ...message });
    },
    close: () => transport.close(),
  };
};

/** Whether the server will never take this mail (RFC 5321: 5yz), as when there is no such mailbox. */
export const isRefusedForGood = (error: unknown): boolean => {
  const { responseCode, code } = error as { responseCode?: unknown; code?: unknown };
  return code === 'EENVELOPE' && typeof responseCode === 'number' && responseCode >= 500;
};
