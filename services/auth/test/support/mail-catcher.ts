import type { AddressInfo } from 'node:net';
import PostalMime from 'postal-mime';
import { SMTPServer } from 'smtp-server';
import { until } from './until.js';

export interface CaughtMail {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  readonly messageId: string;
  /** The first link in the text. */
  readonly link: string;
}

/** A real SMTP server that keeps what it gets. */
export class MailCatcher {
  private readonly mails: CaughtMail[] = [];
  private readonly server = new SMTPServer({
    disabledCommands: ['AUTH', 'STARTTLS'],
    onData: (stream, session, done) => {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        void this.keep(Buffer.concat(chunks), session.envelope.rcptTo[0]?.address ?? '');
        done();
      });
    },
  });

  async start(port = 0): Promise<string> {
    await new Promise<void>((resolve, reject) => {
      this.server.once('error', reject);
      this.server.listen(port, '127.0.0.1', resolve);
    });
    // From here on an error is a client's, whose connection broke off.
    this.server.removeAllListeners('error').on('error', () => undefined);
    return `smtp://127.0.0.1:${(this.server.server.address() as AddressInfo).port}`;
  }

  stop(): Promise<void> {
    return new Promise((resolve) => this.server.close(() => resolve()));
  }

  /** The newest mail to an address whose subject matches; waits for it. Throws when it does not come. */
  newest(to: string, subject: RegExp): Promise<CaughtMail> {
    const own = (): CaughtMail[] => this.mails.filter((mail) => mail.to === to);
    return until(
      `a mail to ${to} with the subject ${subject}`,
      () => own().findLast((mail) => subject.test(mail.subject)),
      () => own().map((mail) => mail.subject),
    );
  }

  /** How many mails to an address have come. */
  count(to: string): number {
    return this.mails.filter((mail) => mail.to === to).length;
  }

  forget(): void {
    this.mails.length = 0;
  }

  private async keep(raw: Buffer, to: string): Promise<void> {
    const { subject = '', text = '', html = '', messageId = '' } = await PostalMime.parse(raw);
    this.mails.push({ to, subject, text, html, messageId, link: /https?:\/\/\S+/.exec(text)?.[0] ?? '' });
  }
}
