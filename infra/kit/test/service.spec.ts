import type { ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { WorkspaceCopy } from '@keyturn/workspace';
import { nx, run, runMeanwhile, start, stop } from './programs.js';

jest.setTimeout(300_000);

/** A name that no workspace has. */
const SERVICE = ['@keyturn/kit:service', 'kit-samples', '--port', '3987'];

let copy: WorkspaceCopy;
let platform: ChildProcess | undefined;
beforeAll(() => {
  copy = new WorkspaceCopy();
});
afterAll(async () => {
  if (platform) await stop(platform);
  copy?.remove();
});

interface Local {
  readonly url: string;
  readonly demo: { readonly email: string; readonly password: string };
}
const local = (): Local => JSON.parse(readFileSync(copy.path('.keyturn/local.json'), 'utf8')) as Local;

/** The platform signs in by itself when it starts: soon after, one more may be more than an address has in ten seconds. */
const askToSignIn = async ({ url, demo }: Local, attempts = 15): Promise<Response> => {
  const headers = { 'content-type': 'application/json', origin: url };
  const body = JSON.stringify(demo);
  const answer = await fetch(`${url}/api/auth/sign-in/email`, { method: 'POST', headers, body });
  if (answer.ok) return answer;
  if (answer.status !== 429 || attempts === 0) throw new Error(`sign-in: ${answer.status} ${await answer.text()}`);
  await sleep(1_000);
  return askToSignIn({ url, demo }, attempts - 1);
};

/** A token of the demo login. */
const signIn = async (): Promise<{ token: string; user: string }> => {
  const { url } = local();
  const signedIn = await askToSignIn(local());
  const cookie = signedIn.headers.getSetCookie().map((line) => line.split(';')[0]);
  const answer = await fetch(`${url}/api/auth/token`, { headers: { cookie: cookie.join('; ') } });
  const { token } = (await answer.json()) as { readonly token: string };
  const { sub } = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as {
    readonly sub: string;
  };
  return { token, user: sub };
};
const kidOf = (token: string): string =>
  (JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString()) as { readonly kid: string }).kid;

const samples = ({ token, user }: { token: string; user: string }, init: RequestInit = {}): Promise<Response> =>
  fetch(`${local().url}/api/${user}/kit-samples`, {
    ...init,
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
  });

interface RingStatus {
  readonly ring: string;
  readonly generation: number;
  readonly consumers: {
    readonly total: number;
    readonly current: number;
    readonly processes: readonly { readonly name: string }[];
  };
}
const tokenRing = async (): Promise<RingStatus> => {
  const { rings } = (await (await fetch(`${local().url}/_keyturn/state`)).json()) as { readonly rings: RingStatus[] };
  const found = rings.find(({ ring }) => ring === 'access-tokens');
  if (!found) throw new Error('there is no ring access-tokens');
  return found;
};

it('is only shown by a dry run', () => {
  const { status, said } = nx(copy, 'g', ...SERVICE, '--dry-run');
  expect(said).toContain('CREATE services/kit-samples/src/kit-samples/kit-sample.entity.ts');
  expect(said).toContain('UPDATE charts/keyturn/values.yaml');
  expect([status, copy.changes()]).toEqual([0, []]);
});

describe('a service that was added', () => {
  it('answers a signed-in user, one command and a start later', async () => {
    const begun = performance.now();
    const { status, said } = nx(copy, 'g', ...SERVICE);
    expect([status, said]).toEqual([0, expect.stringContaining('answers /api/{userId}/kit-samples')]);
    const generated = performance.now();
    platform = await start(copy);
    const answer = await samples(await signIn());
    const [total, generating] = [performance.now() - begun, generated - begun].map((ms) => (ms / 1000).toFixed(1));
    expect([answer.status, await answer.json()]).toEqual([200, { items: [], nextCursor: null }]);
    process.stderr.write(
      `From the command to the first guarded 200: ${total} s (command ${generating} s, then a start that builds everything)\n`,
    );
  });

  it('has two processes behind the one address, which acknowledge a rotation while requests go on', async () => {
    const before = await signIn();
    const made = await samples(before, { method: 'POST', body: JSON.stringify({ title: 'ten of them' }) });
    expect(made.status).toBe(201);
    const answers = new Map<string, number>();
    const asking = new AbortController();
    const load = (async () => {
      while (!asking.signal.aborted) {
        const { status, headers } = await samples(before);
        const answer = `${status} of ${headers.get('x-keyturn-replica')}`;
        answers.set(answer, (answers.get(answer) ?? 0) + 1);
      }
    })();
    const rotated = await runMeanwhile(copy, 'operator/bin/keyturn.mjs', 'rotate', 'access-tokens');
    expect([rotated.status, rotated.said]).toEqual([0, rotated.said]);
    let after = await signIn();
    // The rotation has ended once the key is to sign: an issuer signs with it a moment later.
    for (let n = 0; n < 20 && kidOf(after.token) === kidOf(before.token); n += 1) {
      await sleep(250);
      after = await signIn();
    }
    expect(kidOf(after.token)).not.toBe(kidOf(before.token));
    expect([(await samples(before)).status, (await samples(after)).status]).toEqual([200, 200]);
    asking.abort();
    await load;
    expect([...answers.keys()].sort()).toEqual(['200 of kit-samples-1', '200 of kit-samples-2']);
    for (const count of answers.values()) expect(count).toBeGreaterThan(10);

    // What the operator has asked and heard itself.
    let ring = await tokenRing();
    for (const end = performance.now() + 60_000; ring.consumers.current < ring.consumers.total; await sleep(100)) {
      if (performance.now() > end) throw new Error(`60 s for all to be current: ${JSON.stringify(ring.consumers)}`);
      ring = await tokenRing();
    }
    expect(ring.generation).toBeGreaterThan(1);
    expect(ring.consumers.processes.filter(({ name }) => name.startsWith('kit-samples-'))).toEqual(
      ['kit-samples-1', 'kit-samples-2'].map((name) =>
        expect.objectContaining({ name, role: 'verifier', generation: ring.generation }),
      ),
    );
    if (platform) await stop(platform);
  });

  it('passes type check, lint, format check and the architecture test as it is', () => {
    const ok = (ended: { status: number | null; said: string }) =>
      expect([ended.status, ended.said]).toEqual([0, ended.said]);
    ok(run(copy, 'node_modules/@typescript/native/bin/tsc', '-b', 'services/kit-samples', 'infra/images'));
    ok(run(copy, 'node_modules/oxlint/bin/oxlint', '--deny-warnings', 'services/kit-samples'));
    ok(run(copy, 'node_modules/@biomejs/biome/bin/biome', 'format', 'services/kit-samples', 'tsconfig.json'));
    // It names every file that breaks a rule.
    const { said } = nx(copy, 'test', '@keyturn/workspace');
    expect(said).toMatch(/Tests: .*\d+ passed/);
    expect(said).not.toContain('services/kit-samples');
  });

  it('passes its own tests as they are', () => {
    const { status, said } = nx(copy, 'test', '@keyturn/kit-samples');
    expect([status, said]).toEqual([0, said]);
    expect(said).toMatch(/Tests: +\d+ passed/);
  });

  it('has an image, whose folder runs on its own', () => {
    const folder = mkdtempSync(join(tmpdir(), 'keyturn-staged-'));
    try {
      const staged = run(copy, 'infra/images/dist/main.js', '--stage', folder, 'kit-samples');
      expect([staged.status, staged.said]).toEqual([0, '']);
      for (const program of ['main', 'migrate']) {
        expect(run(copy, join(folder, 'kit-samples/dist', `${program}.js`)).said).toContain(
          'DATABASE_URL: is required',
        );
      }
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('is not added twice, nor under the same path or port', () => {
    const before = copy.changes();
    const again = nx(copy, 'g', ...SERVICE);
    expect([again.status, again.said]).toEqual([0, expect.stringContaining('is there already')]);
    const changed = nx(copy, 'g', '@keyturn/kit:service', 'kit-samples', '--port', '3988');
    expect([changed.status, changed.said]).toEqual([1, expect.stringContaining('name: kit-samples is taken')]);
    const other = nx(copy, 'g', '@keyturn/kit:service', 'kit-others', '--entity', 'KitSample', '--port', '3987');
    expect(other.said).toContain(
      'entity: its path /api/[^/]+/kit-samples(/.*)? is taken: the service kit-samples answers it',
    );
    expect(other.said).toContain('port: 3987 is taken: it is the port of the service kit-samples');
    expect(copy.changes()).toEqual(before);
  });

  it('is removed by one command, and nothing of it is left', () => {
    const { status, said } = nx(copy, 'g', '@keyturn/kit:service-remove', 'kit-samples');
    expect([status, said]).toEqual([0, expect.stringContaining('services/kit-samples is gone')]);
    expect(copy.changes()).toEqual([]);
    expect(existsSync(copy.path('services/kit-samples'))).toBe(false);
  });
});
