import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { PostgresServer } from '@keyturn/postgres';
import { evenDelayMs } from '../src/accounts/even-time.js';
import type { Browser } from './support/browser.js';
import { newAddress, PASSWORD, signIn } from './support/people.js';
import { startPostgres, World } from './support/platform.js';

let postgres: PostgresServer;
/** Sign-up does not tell whether an address is taken. Hashes run one after the other, so that many at once show each one. */
let world: World;
const KNOWN = 'known-100@example.test';

beforeAll(async () => {
  postgres = await startPostgres();
  world = await World.create(postgres, {
    environment: { KEYTURN_REQUIRE_VERIFIED_EMAIL: 'true', KEYTURN_PASSWORD_HASHES: '1' },
  });
  await world.start();
  await world.browser().post('/sign-up/email', { email: KNOWN, password: PASSWORD, name: 'Ada' });
}, 60_000);

afterAll(async () => {
  await world?.stop();
  await postgres?.stop();
});

type Ask = (email: string) => Promise<Response>;

let number = 100;
/** An address that nobody has, as long as the known one. */
const unknown = (): string => `other-${++number}@example.test`;

const AT_ONCE = 6;
const ROUNDS = 3;

/** How long answers take that are asked for at once, milliseconds. */
const times = (ask: Ask, address: () => string): Promise<number[]> =>
  Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      const began = performance.now();
      await (await ask(address())).arrayBuffer();
      return performance.now() - began;
    }),
  );

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1]!;

/** How often one of `a` is longer than one of `b` (Mann-Whitney): 0 to 1, a half when they do not differ. */
const superiority = (a: readonly number[], b: readonly number[]): number =>
  a.flatMap((x) => b.map((y): number => (x > y ? 1 : x === y ? 0.5 : 0))).reduce((sum, one) => sum + one, 0) /
  (a.length * b.length);

interface Measured {
  readonly superiority: number;
  /** Of the medians. */
  readonly ratio: number;
  readonly fastest: number;
}

/** Times for a known address against those for unknown ones, taken in turns. */
const compare = async (ask: Ask): Promise<Measured> => {
  const taken: { known: number[]; unknown: number[] } = { known: [], unknown: [] };
  for (let round = 0; round < ROUNDS; round += 1) {
    taken.known.push(...(await times(ask, () => KNOWN)));
    taken.unknown.push(...(await times(ask, unknown)));
  }
  return {
    superiority: superiority(taken.known, taken.unknown),
    ratio: median(taken.known) / median(taken.unknown),
    fastest: Math.min(...taken.known, ...taken.unknown),
  };
};

const differs = ({ superiority, ratio }: Measured): boolean =>
  Math.abs(superiority - 0.5) > 0.25 && Math.max(ratio, 1 / ratio) > 1.1;

/** Chance makes a difference now and then, but not three times in a row. No answer comes before the first even step. */
const expectAlike = async (ask: Ask): Promise<void> => {
  await times(ask, unknown);
  const measured: Measured[] = [];
  for (let attempt = 0; attempt < 3 && measured.every(differs); attempt += 1) measured.push(await compare(ask));
  expect(measured.every(differs) ? measured : 'alike').toBe('alike');
  for (const { fastest } of measured) expect(fastest).toBeGreaterThan(0.9 * evenDelayMs(1));
};

const posts =
  (path: string, more: object = {}): Ask =>
  (email) =>
    world.browser().post(path, { email, ...more });

/** Hashes one after the other, on a machine that may do other things. */
jest.setTimeout(120_000);

describe('how long an answer takes', () => {
  it.each([
    ['a sign-in', posts('/sign-in/email', { password: 'a wrong password' })],
    ['a sign-up', posts('/sign-up/email', { password: PASSWORD, name: 'Ada' })],
    ['asking for a new password', posts('/request-password-reset')],
    ['asking for a verification mail', posts('/send-verification-email')],
  ])('does not tell whether an address has an account: %s', async (_name, ask) => {
    await expectAlike(ask);
  });

  it('does not tell it to who is signed in either: a change of address', async () => {
    const browser: Browser = world.browser();
    const email = newAddress();
    await browser.post('/sign-up/email', { email, password: PASSWORD, name: 'Eve' });
    await world.query('update "user" set "emailVerified" = true where "email" = $1', [email]);
    expect((await signIn(browser, email)).status).toBe(200);
    await expectAlike((newEmail) => browser.post('/change-email', { newEmail }));
  });

  it('would be found to tell it: a sign-up whose answer says that the address is taken', async () => {
    const open = await World.create(postgres);
    await open.start();
    const ask: Ask = (email) => open.browser().post('/sign-up/email', { email, password: PASSWORD, name: 'Ada' });
    await ask(KNOWN);
    expect(differs(await compare(ask))).toBe(true);
    await open.stop();
  });
});
