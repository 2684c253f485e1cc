import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Message, type Platform, startPlatform } from '../src/index.js';
import { identify } from '../src/processes/identity.js';
import { headerOf, Person } from './person.js';

const KEYTURN = fileURLToPath(new URL('../../../operator/bin/keyturn.mjs', import.meta.url));

let platform: Platform;

const keyturn = async (...args: string[]): Promise<string> => {
  const { stdout } = await promisify(execFile)(process.execPath, [KEYTURN, '--state', platform.places.state, ...args]);
  return stdout;
};
/** The rotation has ended once the key is to sign: an issuer signs with it a moment later. */
const tokenOfNext = async (before: string, ask: () => Promise<string>): Promise<string> => {
  let token = await ask();
  for (let n = 0; n < 100 && headerOf(token).kid === headerOf(before).kid; n += 1) {
    await sleep(100);
    token = await ask();
  }
  expect(headerOf(token).kid).not.toBe(headerOf(before).kid);
  return token;
};
const local = () => JSON.parse(readFileSync(platform.places.localFile, 'utf8'));

beforeAll(async () => {
  platform = await startPlatform({ demo: true, services: ['tasks'] });
}, 120_000);

afterAll(async () => {
  const pids = platform.processes().map(({ pid }) => pid!);
  await platform.stop();
  expect(pids.filter((pid) => identify(pid))).toEqual([]);
  expect(existsSync(platform.places.dir)).toBe(false);
}, 60_000);

describe('the whole platform on one machine', () => {
  it('tells tools where everything is', async () => {
    const { demo, ...rest } = local();
    expect(rest).toEqual({ url: platform.url, mailUrl: platform.mailUrl, processes: platform.processes() });
    expect(rest.processes.map(({ name }: { name: string }) => name)).toEqual([
      'operator',
      'auth-1',
      'auth-2',
      'tasks-1',
      'tasks-2',
    ]);
    for (const { pid, managementUrl, log } of rest.processes) {
      expect(identify(pid)).toBeDefined();
      expect((await fetch(new URL('/readyz', managementUrl))).status).toBe(200);
      expect(existsSync(log)).toBe(true);
    }
    expect(await new Person(platform.url).signIn(demo.email, demo.password)).toBe(200);
  });

  it('takes a person from sign-up to their tasks, and keeps them there while every key rotates', async () => {
    const person = await Person.signUp(platform, 'ada@example.org');
    const before = await person.token();
    const created = await person.tasks(before, { method: 'POST', body: JSON.stringify({ title: 'see it rotate' }) });
    expect(created.status).toBe(201);
    await keyturn('rotate', 'access-tokens');
    await keyturn('rotate', 'session-secret');
    const after = await tokenOfNext(before, () => person.token());
    for (const token of [before, after, before, after]) {
      const answer = await person.tasks(token);
      expect(answer.status).toBe(200);
      expect(answer.headers.get('x-keyturn-replica')).toMatch(/^tasks-[12]$/);
    }
    expect(await person.session()).toMatchObject({ user: { email: 'ada@example.org' } });
  });

  it('shows the rings and who has acknowledged what, on the page and as a stream', async () => {
    expect(await (await fetch(platform.url)).text()).toContain('<title>Keyturn</title>');
    const events = await fetch(new URL('/_keyturn/events', platform.url));
    const reader = events.body!.pipeThrough(new TextDecoderStream()).getReader();
    let text = '';
    while (!/^data: .*\n\n/m.test(text)) text += (await reader.read()).value;
    await reader.cancel();
    const state = JSON.parse(/^data: (.*)$/m.exec(text)![1]!);
    expect(state.rings.map(({ ring }: { ring: string }) => ring).sort()).toEqual(['access-tokens', 'session-secret']);
    const tasks = state.processes.find(({ name }: { name: string }) => name === 'tasks-1');
    expect(tasks).toMatchObject({ phase: 'ready', rings: [{ ring: 'access-tokens', role: 'verifier' }] });
    expect(text).not.toMatch(/"d":|"secret":/);
    const foreign = await fetch(new URL('/_keyturn/state', platform.url.replace('localhost', '127.0.0.1')));
    expect(foreign.status).toBe(200);
  });

  it('lets a machine in that the command line made, before, during and after rotations', async () => {
    const machine = JSON.parse(await keyturn('--json', 'clients', 'create', 'a machine', '--scope', 'tasks:read'));
    const { clientId, clientSecret } = machine as { clientId: string; clientSecret: string };
    const basic = Buffer.from(`${clientId}:${clientSecret}`).toString('base64');
    const token = async (): Promise<string> => {
      const body = new URLSearchParams({ grant_type: 'client_credentials', resource: platform.url });
      const headers = { authorization: `Basic ${basic}` };
      const answer = await fetch(new URL('/api/auth/oauth2/token', platform.url), { method: 'POST', headers, body });
      return ((await answer.json()) as { access_token: string }).access_token;
    };
    const tasks = async (bearer: string, method = 'GET'): Promise<number> => {
      const headers = { authorization: `Bearer ${bearer}`, 'content-type': 'application/json' };
      const body = method === 'POST' ? JSON.stringify({ title: 'not allowed' }) : null;
      return (await fetch(new URL(`/api/${clientId}/tasks`, platform.url), { method, headers, body })).status;
    };
    const before = await token();
    await keyturn('rotate', 'access-tokens');
    await keyturn('rotate', 'session-secret');
    const after = await tokenOfNext(before, token);
    for (const bearer of [before, after])
      expect([await tasks(bearer), await tasks(bearer, 'POST')]).toEqual([200, 403]);
    expect(await keyturn('clients', 'list')).toContain(clientId);
    await keyturn('clients', 'delete', clientId);
    expect(await token()).toBeUndefined();
  }, 60_000);

  it('catches the mails that the issuer sends', async () => {
    const person = await Person.signUp(platform, 'grace@example.org');
    const body = JSON.stringify({ email: 'grace@example.org', redirectTo: '/' });
    await person.ask('/api/auth/request-password-reset', { method: 'POST', body });
    const list = new URL('/api/messages?to=Grace@example.org', platform.mailUrl);
    const deadline = performance.now() + 20_000;
    let reset: Message | undefined;
    while (!reset && performance.now() < deadline) {
      const messages = (await (await fetch(list)).json()) as Message[];
      reset = messages.find(({ links }) => links.some((link) => link.includes('reset-password')));
    }
    expect(reset).toMatchObject({ to: ['grace@example.org'], from: expect.stringContaining('keyturn') });
    expect(await (await fetch(platform.mailUrl)).text()).toContain(reset!.subject);
  });

  it('starts a killed process again in the same pod, and serves from the other meanwhile', async () => {
    const person = await Person.signUp(platform, 'lin@example.org');
    const token = await person.token();
    const consumer = () => readFileSync(join(platform.places.state, 'consumers', 'tasks-1.json'), 'utf8');
    const { podUid, pid } = JSON.parse(consumer());
    await platform.kill('tasks-1');
    const meanwhile = await person.tasks(token);
    expect([meanwhile.status, meanwhile.headers.get('x-keyturn-replica')]).toEqual([200, 'tasks-2']);
    await platform.ready('tasks-1');
    expect(JSON.parse(consumer())).toMatchObject({ podUid });
    const now = local().processes.find(({ name }: { name: string }) => name === 'tasks-1');
    expect(now.pid).not.toBe(pid);
    await keyturn('rotate', 'access-tokens');
  });

  it('answers 503 while the database is away and goes on when it is back', async () => {
    const person = await Person.signUp(platform, 'joan@example.org');
    const token = await person.token();
    await platform.postgres!.restart({
      how: 'crash',
      whileDown: async () => {
        expect((await person.tasks(token)).status).toBe(503);
      },
    });
    const deadline = performance.now() + 20_000;
    while ((await person.tasks(token)).status !== 200) expect(performance.now()).toBeLessThan(deadline);
    expect(platform.processes().every(({ pid }) => pid !== null)).toBe(true);
  });
});
