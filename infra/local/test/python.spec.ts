import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { providePython } from '@keyturn/python';
import { type Platform, startPlatform, TOKEN_RING } from '../src/index.js';
import { headerOf, Person } from './person.js';

const KEYTURN = fileURLToPath(new URL('../../../operator/bin/keyturn.mjs', import.meta.url));
const REQUIREMENTS = fileURLToPath(new URL('../../../services/reports/requirements.txt', import.meta.url));
const DEADLINE_MS = 30_000;

const python = await providePython(REQUIREMENTS);
const why = 'missing' in python ? `, skipped: ${python.missing}` : '';

let platform: Platform;

const keyturn = async (...args: string[]): Promise<string> => {
  const { stdout } = await promisify(execFile)(process.execPath, [KEYTURN, '--state', platform.places.state, ...args]);
  return stdout;
};

interface Receipt {
  readonly loaded: number;
  readonly kids: readonly string[];
}

const reports = () => platform.processes().find(({ name }) => name === 'reports-1')!;
const receipt = async (): Promise<Receipt> =>
  (await (await fetch(new URL(`/keyturn/v1/rings/${TOKEN_RING}`, reports().managementUrl))).json()) as Receipt;

const access = (person: Person, token: string): Promise<Response> =>
  person.ask(`/api/${person.id}/reports/access`, { headers: { authorization: `Bearer ${token}` } });

const activeKid = (): string => {
  const { keys } = JSON.parse(
    readFileSync(join(platform.places.state, 'mounts/public', TOKEN_RING, 'ring.json'), 'utf8'),
  );
  return keys.find(({ state }: { state: string }) => state === 'active').kid;
};

const until = async (what: string, holds: () => Promise<boolean>): Promise<void> => {
  const deadline = performance.now() + DEADLINE_MS;
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`not within ${DEADLINE_MS} ms: ${what}`);
    await sleep(100);
  }
};

(why === '' ? describe : describe.skip)(`a service in Python, on the platform of npm start${why}`, () => {
  let person: Person;

  beforeAll(async () => {
    platform = await startPlatform({ services: ['tasks', 'reports'], python: true, processes: { tasks: 1 } });
    person = await Person.signUp(platform, 'ada@example.org');
  }, 120_000);

  afterAll(async () => {
    await platform?.stop();
  }, 60_000);

  it('answers behind the one address, with what it asks other services under the same token', async () => {
    const token = await person.token();
    const created = await person.tasks(token, { method: 'POST', body: JSON.stringify({ title: 'be counted' }) });
    expect(created.status).toBe(201);
    expect(await (await access(person, token)).json()).toMatchObject({ userId: person.id, method: 'ring' });
    const headers = { authorization: `Bearer ${token}` };
    const report = await person.ask(`/api/${person.id}/reports/tasks`, { headers });
    expect(await report.json()).toMatchObject({ open: 1, completed: 0 });
    expect((await access(person, '')).status).toBe(401);
    expect((await person.ask('/api/somebody-else/reports/access', { headers })).status).toBe(403);
  });

  it('holds a rotation until it has proved the key, by name, and follows it then', async () => {
    const held = activeKid();
    process.kill(reports().pid!, 'SIGSTOP');
    try {
      await keyturn('rotate', TOKEN_RING, '--no-wait');
      await until('reports-1 is named', async () =>
        (await keyturn('--json', 'status', TOKEN_RING)).includes('reports-1'),
      );
      await sleep(1_000);
      expect(activeKid()).toBe(held);
      process.kill(reports().pid!, 'SIGCONT');
      await until('the rotation goes on', async () => activeKid() !== held);
    } finally {
      process.kill(reports().pid!, 'SIGCONT');
    }
    const active = activeKid();
    expect((await receipt()).kids).toContain(active);
    await until('the issuer signs with it', async () => headerOf(await person.token()).kid === active);
    expect((await access(person, await person.token())).status).toBe(200);
  }, 90_000);

  it('refuses a key that leaked, and takes the tokens of the next', async () => {
    const token = await person.token();
    const { kid } = headerOf(token);
    expect((await access(person, token)).status).toBe(200);
    await keyturn('revoke', TOKEN_RING, kid, '--yes');
    const refused = await access(person, token);
    expect([refused.status, ((await refused.json()) as { code: string }).code]).toEqual([401, 'ERR_TOKEN_UNKNOWN_KEY']);
    expect((await receipt()).kids).not.toContain(kid);
    await until('new tokens are accepted', async () => (await access(person, await person.token())).status === 200);
  }, 60_000);
});
