import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { SMTPServer, type SMTPServerDataStream } from 'smtp-server';
import { type Message, parseMessage } from './message.js';

export interface Smtp {
  /** `smtp://127.0.0.1:<port>` */
  readonly url: string;
  close(): Promise<void>;
}

const MAX_BYTES = 10 * 1024 * 1024;

/** An SMTP server on 127.0.0.1 that takes every mail for anybody and sends none on. */
export const startSmtp = async (received: (message: Message) => void): Promise<Smtp> => {
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['AUTH', 'STARTTLS'],
    size: MAX_BYTES,
    closeTimeout: 500,
    disableReverseLookup: true,
    onData: (stream, session, callback) => {
      const recipients = session.envelope.rcptTo.map(({ address }) => address);
      void take(stream, recipients, received, callback);
    },
  });
  server.on('error', () => undefined);
  const socket = server.listen(0, '127.0.0.1');
  await once(socket, 'listening');
  return {
    url: `smtp://127.0.0.1:${(socket.address() as AddressInfo).port}`,
    close: () => new Promise((resolve) => server.close(resolve)),
  };
};

/** Reads one mail, hands it over, and tells the sender how it went. */
const take = async (
  stream: SMTPServerDataStream,
  recipients: readonly string[],
  received: (message: Message) => void,
  answer: (error: Error | null) => void,
): Promise<void> => {
  try {
    const raw = await readAll(stream);
    if (stream.sizeExceeded) throw Object.assign(new Error('mail is too large'), { responseCode: 552 });
    received(await parseMessage(raw, recipients, stamp()));
    answer(null);
  } catch (error) {
    answer(error as Error);
  }
};

/** Ids sort by the time of arrival. */
const stamp = (now = new Date()): { id: string; receivedAt: string } => ({
  id: `${now.toISOString().replace(/\D/g, '')}-${randomBytes(4).toString('hex')}`,
  receivedAt: now.toISOString(),
});

const readAll = async (stream: SMTPServerDataStream): Promise<Buffer> => {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size <= MAX_BYTES) chunks.push(chunk);
  }
  return Buffer.concat(chunks);
};
