import { describe, expect, it } from '@jest/globals';
import { type Answer, type Ask, askFrom, newAddress, type Target } from './client.js';

const SIGN_IN = '/api/auth/sign-in/email';

const guess = (attempt: number): Ask => ({
  body: { email: 'bob@example.org', password: `guess number ${attempt}` },
  headers: { 'x-forwarded-for': `10.0.0.${attempt}`, forwarded: `for=10.0.0.${attempt}` },
});

/** How many tries an address may have had: 5 in 10 s, by the defaults of the issuer. */
const mostTries = (beganMs: number): number => 5 * (1 + Math.floor((performance.now() - beganMs) / 10_000));

const count = (answers: readonly Answer[], status: number): number =>
  answers.filter((answer) => answer.status === status).length;

export const describeGuessing = (target: () => Target): void =>
  describe('whoever tries passwords', () => {
    it('is slowed down by all processes together, whatever address they claim to have, and told how long', async () => {
      const { platform } = target();
      const address = newAddress();
      const answers: Answer[] = [];
      const began = performance.now();
      for (let attempt = 0; attempt < 24; attempt += 1) {
        answers.push(await askFrom(address, platform, SIGN_IN, guess(attempt)));
      }
      expect(new Set(answers.map(({ headers }) => headers['x-keyturn-replica'])).size).toBe(2);
      expect(count(answers, 401)).toBeLessThanOrEqual(mostTries(began));
      expect(answers.at(-1)?.status).toBe(429);
      expect(count(answers, 401) + count(answers, 429)).toBe(24);
      expect(Number(answers.at(-1)?.headers['retry-after'])).toBeGreaterThan(0);
      expect(Number(answers.at(-1)?.headers['retry-after'])).toBeLessThanOrEqual(10);
    }, 60_000);

    it('gets no more tries by trying all at once, or by other ways to write the path', async () => {
      const { platform } = target();
      const burst = newAddress();
      let began = performance.now();
      const attempts = Array.from({ length: 30 }, (_, attempt) => askFrom(burst, platform, SIGN_IN, guess(attempt)));
      expect(count(await Promise.all(attempts), 401)).toBeLessThanOrEqual(mostTries(began));

      const address = newAddress();
      began = performance.now();
      const ways = ['', '/', '?x=1', '#x', '//', '%20', ';x'].map((end) => `${SIGN_IN}${end}`);
      ways.push('/api/auth/./sign-in/email', '/api/auth/x/../sign-in/email', '/api/auth/sign-in\\email');
      ways.push('/api/auth//sign-in/email', '/api/auth/sign-in/%65mail', '/api/auth/SIGN-IN/EMAIL');
      const got = await Promise.all(
        ways.flatMap((path) => [1, 2, 3].map((n) => askFrom(address, platform, path, guess(n)))),
      );
      expect(count(got, 401)).toBeLessThanOrEqual(mostTries(began));
      expect(got.filter(({ status }) => ![400, 401, 404, 429].includes(status))).toEqual([]);
    }, 60_000);

    it('cannot fill the mailbox of somebody else', async () => {
      const { platform } = target();
      for (const path of ['request-password-reset', 'send-verification-email']) {
        const address = newAddress();
        const body = { email: 'bob@example.org' };
        const asked = Array.from({ length: 12 }, () => askFrom(address, platform, `/api/auth/${path}`, { body }));
        const answers = await Promise.all(asked);
        expect([path, count(answers, 200), count(answers, 429)]).toEqual([path, 3, 9]);
      }
    });
  });
