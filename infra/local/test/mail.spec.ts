import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { request } from 'node:http';
import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createTransport } from 'nodemailer';
import { type MailCatcher, startMailCatcher } from '../src/mail/catcher.js';
import type { Message } from '../src/index.js';

let folder: string;
let catcher: MailCatcher;

const send = (mail: object) => createTransport(catcher.smtpUrl).sendMail({ from: 'Keyturn <a@b.dev>', ...mail });
const messages = async (query = '') =>
  (await (await fetch(new URL(`/api/messages${query}`, catcher.url))).json()) as Message[];
const page = async (path: string) => (await fetch(new URL(path, catcher.url))).text();

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'mail-spec-'));
  chmodSync(folder, 0o700);
  catcher = await startMailCatcher(folder, [0]);
});

afterEach(async () => {
  await catcher.close();
  rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
});

describe('the mail catcher', () => {
  it('keeps each mail for the recipients of its envelope, with its links, newest first', async () => {
    const text = 'Open https://localhost/verify?token=a&b=2 now';
    await send({ to: 'Ann <ann@example.org>', bcc: 'eve@example.org', subject: 'Grüße', text });
    await send({ to: 'bob@example.org', subject: 'Second', html: '<a href="http://localhost/x?a=1&amp;b=2">x</a>' });
    expect((await messages()).map(({ subject }) => subject)).toEqual(['Second', 'Grüße']);
    const [greeting] = await messages('?to=ANN@example.org');
    expect(greeting).toMatchObject({ from: 'Keyturn <a@b.dev>', links: ['https://localhost/verify?token=a&b=2'] });
    expect(greeting!.to).toEqual(['ann@example.org', 'eve@example.org']);
    const [html] = await messages('?to=bob@example.org');
    expect(html!.links).toEqual(['http://localhost/x?a=1&b=2']);
  });

  it('still has them after a restart, until they are deleted', async () => {
    await send({ to: 'ann@example.org', subject: 'Kept', text: 'x' });
    writeFileSync(join(folder, 'damaged.json'), '{"id":');
    await catcher.close();
    catcher = await startMailCatcher(folder, [0]);
    expect((await messages()).map(({ subject }) => subject)).toEqual(['Kept']);
    expect((await fetch(new URL('/api/messages', catcher.url), { method: 'DELETE' })).status).toBe(204);
    expect(await messages()).toEqual([]);
  });

  it('shows what a mail says without doing what it says', async () => {
    const evil = '<script>alert(1)</script>"><img src=x onerror=alert(2)>';
    await send({ to: 'ann@example.org', subject: evil, text: evil, html: evil });
    const [message] = await messages();
    for (const path of ['/', `/messages/${message!.id}`]) {
      expect(await page(path)).not.toMatch(/<script>alert|<img src=x/);
      const policy = (await fetch(new URL(path, catcher.url))).headers.get('content-security-policy');
      expect(policy).toMatch(/^default-src 'none'/);
    }
    expect(await page(`/messages/${message!.id}`)).toContain(
      '<iframe sandbox="allow-popups allow-popups-to-escape-sandbox" ',
    );
  });

  it('answers only to the names of this machine', async () => {
    const outgoing = request(new URL('/api/messages', catcher.url), { headers: { host: 'attacker.example' } }).end();
    const [answer] = await once(outgoing, 'response');
    expect(answer.statusCode).toBe(421);
    answer.resume();
  });
});
