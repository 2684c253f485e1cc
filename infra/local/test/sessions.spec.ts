import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parse, stringify } from 'yaml';
import { type Platform, startPlatform } from '../src/index.js';
import { Person } from './person.js';
import { until } from './until.js';

const KEYTURN = fileURLToPath(new URL('../../../operator/bin/keyturn.mjs', import.meta.url));
const VALUES = fileURLToPath(new URL('../../../charts/keyturn/values.yaml', import.meta.url));

/** The chart's values, with `sessions: true` in the block of tasks. */
const values = (): string => {
  const all = parse(readFileSync(VALUES, 'utf8'));
  return stringify({ ...all, services: { tasks: { ...all.services.tasks, sessions: true } } });
};

let platform: Platform;
beforeAll(async () => {
  platform = await startPlatform({ values: values(), services: ['tasks'], processes: { auth: 1, tasks: 1 } });
}, 120_000);
afterAll(() => platform?.stop(), 60_000);

describe('a service that looks sessions up', () => {
  it('needs no token but a session, has the permissions of its roles, and no part in the ring of tokens', async () => {
    const person = await Person.signUp(platform, 'ada@example.org');
    const path = `/api/${person.id}/tasks`;
    const created = await person.ask(path, { method: 'POST', body: JSON.stringify({ title: 'no token' }) });
    expect(created.status).toBe(201);
    expect((await person.tasks(await person.token())).status).toBe(401);
    const other = await Person.signUp(platform, 'eve@example.org');
    expect((await other.ask(path)).status).toBe(403);
    const consumer = readFileSync(join(platform.places.state, 'consumers', 'tasks-1.json'), 'utf8');
    expect(JSON.parse(consumer).rings).toEqual({ 'session-secret': 'holder' });
  });

  it('proves each secret before it signs cookies, and takes those of both', async () => {
    const person = await Person.signUp(platform, 'bob@example.org');
    const tasks = () => person.ask(`/api/${person.id}/tasks`);
    expect((await tasks()).status).toBe(200);
    const rotate = ['--state', platform.places.state, '--json', 'rotate', 'session-secret'];
    const { stdout } = await promisify(execFile)(process.execPath, [KEYTURN, ...rotate]);
    const { provenBy } = JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as { provenBy: string[] };
    expect(provenBy.map((process) => process.split('/')[0])).toEqual(['auth-1', 'tasks-1']);
    expect((await tasks()).status).toBe(200);
    const anew = await Person.signUp(platform, 'eva@example.org');
    expect((await anew.ask(`/api/${anew.id}/tasks`)).status).toBe(200);
  });

  it('believes a session for moments only: after a sign-out elsewhere it is refused', async () => {
    const person = await Person.signUp(platform, 'joe@example.org');
    const { cookie } = person;
    const tasks = () => fetch(new URL(`/api/${person.id}/tasks`, platform.url), { headers: { cookie } });
    expect((await tasks()).status).toBe(200);
    expect((await person.ask('/api/auth/sign-out', { method: 'POST' })).status).toBe(200);
    await until('the session is refused', async () => (await tasks()).status === 401);
  });
});
