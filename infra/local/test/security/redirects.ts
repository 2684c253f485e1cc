import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import type { Message } from '../../src/index.js';
import { type Answer, type Ask, askFrom, newAddress, type Target } from './client.js';

/** Addresses that are elsewhere, however a browser or a server reads them. */
const elsewhere = (origin: string): readonly string[] => [
  'https://evil.example/',
  '//evil.example/',
  '/\\evil.example/',
  '/\t/evil.example/',
  '/%5cevil.example/',
  'javascript:fetch("//evil.example")',
  `${origin}.evil.example/`,
  `${origin}@evil.example/`,
];

interface Route {
  readonly path: string;
  readonly ask?: Ask;
}

/** Every route of the issuer that takes an address to go to, with that address. */
const routesTo = (there: string, headers: Readonly<Record<string, string>>): Route[] => {
  const person = { email: 'ada@example.org', password: 'a-good-long-passphrase' };
  const newcomer = { ...person, email: 'newcomer@example.org', name: 'New' };
  const social = { provider: 'google', disableRedirect: false };
  const posted: readonly [string, object][] = [
    ['sign-up/email', { ...newcomer, callbackURL: there }],
    ['sign-in/email', { ...person, callbackURL: there }],
    ['request-password-reset', { email: person.email, redirectTo: there }],
    ['send-verification-email', { email: person.email, callbackURL: there }],
    ['change-email', { newEmail: 'other@example.org', callbackURL: there }],
    ['delete-user', { callbackURL: there }],
    ...['callbackURL', 'errorCallbackURL', 'newUserCallbackURL'].flatMap((name): [string, object][] => [
      ['sign-in/social', { ...social, [name]: there }],
      ['link-social', { ...social, [name]: there }],
    ]),
  ];
  const to = encodeURIComponent(there);
  const linked = [
    `verify-email?token=x&callbackURL=${to}`,
    `reset-password/x?callbackURL=${to}`,
    `delete-user/callback?token=x&callbackURL=${to}`,
    `callback/google?error=x&state=x&callbackURL=${to}&errorCallbackURL=${to}`,
    `error?error=x&callbackURL=${to}`,
    `oauth2/authorize?response_type=code&client_id=x&scope=openid&redirect_uri=${to}`,
    `oauth2/end-session?client_id=x&post_logout_redirect_uri=${to}`,
  ];
  return [
    ...posted.map(([path, body]) => ({ path: `/api/auth/${path}`, ask: { body, headers } })),
    ...linked.map((path) => ({ path: `/api/auth/${path}`, ask: { headers } })),
  ];
};

/** Where an answer sends a browser: by its header, or by what a front end is told to open. */
const destinationsOf = ({ headers, text }: Answer): string[] => {
  const { url } = (text.startsWith('{') ? JSON.parse(text) : {}) as { readonly url?: unknown };
  return [headers['location'], url].filter((address) => typeof address === 'string');
};

const mails = async ({ platform }: Target): Promise<Message[]> =>
  (await fetch(new URL('/api/messages', platform.mailUrl))).json() as Promise<Message[]>;

export const describeRedirects = (target: () => Target): void =>
  describe('an address to go to', () => {
    it('never leads away from the platform, by an answer or by a mail', async () => {
      const { platform, ada } = target();
      const { origin } = new URL(platform.url);
      const got: string[] = [];
      for (const there of elsewhere(origin)) {
        const address = newAddress();
        for (const { path, ask } of routesTo(there, { cookie: ada.cookie })) {
          const answer = await askFrom(address, platform, path, ask);
          const [name] = path.split('?');
          if (answer.status >= 500 || answer.status === 429) got.push(`${name} ${there}: ${answer.status}`);
          for (const to of destinationsOf(answer)) {
            if (!URL.canParse(to, origin) || new URL(to, origin).origin !== origin) got.push(`${name} ${there}: ${to}`);
          }
        }
      }
      expect(got).toEqual([]);

      // Neither does an address that a request claims for the platform itself.
      const headers = { 'x-forwarded-host': 'evil.example', forwarded: 'host=evil.example', host: 'evil.example' };
      const body = { email: 'ada@example.org', redirectTo: '/en/reset' };
      const asked = await askFrom(newAddress(), platform, '/api/auth/request-password-reset', { body, headers });
      expect(asked.status).toBe(200);
      const reset = async (): Promise<Message | undefined> =>
        (await mails(target())).find(
          ({ text, to }) => to.includes('ada@example.org') && text.includes('reset-password'),
        );
      while (!(await reset())) await sleep(50);
      expect((await reset())?.links.every((link) => new URL(link).origin === origin)).toBe(true);
      expect((await mails(target())).filter((mail) => JSON.stringify(mail).includes('evil'))).toEqual([]);
    }, 60_000);
  });
