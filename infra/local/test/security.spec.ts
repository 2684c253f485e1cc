import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { providePython } from '@keyturn/python';
import { DEMO_RINGS, type Platform, startPlatform, TOKEN_RING } from '../src/index.js';
import { Person } from './person.js';
import { describeAdministration } from './security/administration.js';
import { askFrom, newAddress } from './security/client.js';
import { describeGuessing } from './security/guessing.js';
import { describeInside } from './security/inside.js';
import { describeRedirects } from './security/redirects.js';

const REQUIREMENTS = fileURLToPath(new URL('../../../services/reports/requirements.txt', import.meta.url));
const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;
const EVIL = 'https://evil.example';

let platform: Platform;
let ada: Person;
let bob: Person;
let token: string;
/** A task of Bob's, which Ada is after. */
let task: string;

/** Sends bytes as they are, which no HTTP client would, and returns what came back until the server closed. */
const send = async (bytes: string, origin = platform.url): Promise<string> => {
  const socket = connect(Number(new URL(origin).port), '127.0.0.1');
  socket.on('error', () => undefined);
  socket.write(bytes);
  return text(socket);
};

/** For `toEqual`: any of these values. */
const oneOf = (values: readonly unknown[]): unknown => ({
  asymmetricMatch: (value: unknown) => values.includes(value),
  toString: () => `one of ${values.join(', ')}`,
});

const statusOf = (answer: string): number => Number(/^HTTP\/1\.1 (\d{3}) /.exec(answer)?.[1]);

/** A request of lines, closed after its answer. */
const raw = (target: string, ...lines: string[]): string =>
  [`GET ${target} HTTP/1.1`, 'Connection: close', ...lines, '', ''].join('\r\n');

interface Operations {
  readonly paths: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** Every path of every guarded service that belongs to a user, as the services themselves describe them. */
const userPaths = async (): Promise<string[]> => {
  const services = platform.processes().filter(({ name }) => /^(tasks|reports)-1$/.test(name));
  const documents = await Promise.all(
    services.map(async ({ url }) => (await (await fetch(new URL('/openapi.json', url))).json()) as Operations),
  );
  return documents.flatMap(({ paths }) => Object.keys(paths)).filter((path) => path.includes('{userId}'));
};

const filled = (path: string, userId: string): string =>
  path.replace('{userId}', userId).replaceAll(/\{[^}]+\}/g, task);

const tasksOf = async (person: Person): Promise<unknown> => (await person.tasks(await person.token())).json();

beforeAll(async () => {
  const python = !('missing' in (await providePython(REQUIREMENTS)));
  // On a busy machine the tests take longer than a token for show lives.
  const tokens = { ...DEMO_RINGS[TOKEN_RING]!, maxCredentialLifetime: '15m', rotation: { interval: null } };
  const rings = { ...DEMO_RINGS, [TOKEN_RING]: tokens };
  platform = await startPlatform({ services: ['tasks', 'reports'], python, rings });
  ada = await Person.signUp(platform, 'ada@example.org');
  bob = await Person.signUp(platform, 'bob@example.org');
  token = await ada.token();
  const created = await bob.tasks(await bob.token(), { method: 'POST', body: JSON.stringify({ title: 'mine' }) });
  task = ((await created.json()) as { id: string }).id;
}, 120_000);

afterAll(async () => {
  await platform?.stop();
}, 60_000);

describe('a user', () => {
  it('reaches nothing of another by any route or method that a service describes', async () => {
    const before = await tasksOf(bob);
    const paths = await userPaths();
    expect(paths.length).toBeGreaterThanOrEqual(4);
    const got: Record<string, number> = {};
    for (const path of paths) {
      for (const method of METHODS) {
        const body = ['POST', 'PUT', 'PATCH'].includes(method) ? { body: JSON.stringify({ title: 'theirs' }) } : {};
        const headers = { authorization: `Bearer ${token}` };
        const { status } = await ada.ask(filled(path, bob.id), { method, ...body, headers });
        const without = await fetch(new URL(filled(path, bob.id), platform.url), { method });
        if (![403, 404, 405].includes(status)) got[`${method} ${path}`] = status;
        if (![401, 404, 405].includes(without.status)) got[`${method} ${path} without a token`] = without.status;
        if (!path.includes('{id}')) continue;
        const own = await ada.ask(filled(path, ada.id), { method, ...body, headers });
        if (![404, 405].includes(own.status)) got[`${method} ${path} as one's own`] = own.status;
      }
    }
    expect(got).toEqual({});
    expect(await tasksOf(bob)).toEqual(before);
  });

  it('cannot write the path of another in another way', async () => {
    const encoded = [...bob.id].map((letter) => `%${letter.charCodeAt(0).toString(16)}`).join('');
    const targets = [
      `/api/${ada.id}/../${bob.id}/tasks`,
      `/api/${ada.id}/%2e%2e/${bob.id}/tasks`,
      `/api/${encoded}/tasks`,
      `/api//${bob.id}/tasks`,
      `/api/${ada.id}%2f..%2f${bob.id}/tasks`,
      `/api/${bob.id};x=1/tasks`,
      `/api/${bob.id}%00/tasks`,
      `/api/${bob.id}/tasks/../tasks/${task}`,
      `http://localhost/api/${bob.id}/tasks`,
    ];
    for (const target of targets) {
      const answer = await send(raw(target, 'Host: localhost', `Authorization: Bearer ${token}`));
      expect([target, statusOf(answer)]).toEqual([target, oneOf([400, 401, 403, 404])]);
      expect(answer).not.toContain('mine');
    }
  });
});

describe('a page of somebody else', () => {
  it('gets no permission to read an answer, from any service', async () => {
    const paths = ['/api/auth/get-session', '/api/auth/token', '/api/admin/rings', `/api/${ada.id}/tasks`];
    const origins = [EVIL, 'null', `${platform.url}.evil.example`, platform.url.replace(/\d+$/, '1')];
    for (const path of paths) {
      for (const origin of origins) {
        const preflight = { 'access-control-request-method': 'POST', origin };
        const asked = await ada.ask(path, { method: 'OPTIONS', headers: preflight });
        const simple = await ada.ask(path, { headers: { origin } });
        for (const { headers } of [asked, simple]) {
          expect([path, origin, headers.get('access-control-allow-origin')]).toEqual([path, origin, null]);
        }
      }
    }
  });

  it('changes nothing with the cookies of who looks at it', async () => {
    const forged: readonly [string, string][] = [
      ['/api/auth/sign-out', '{}'],
      ['/api/auth/update-user', '{"name":"Eve"}'],
      ['/api/auth/change-password', '{"currentPassword":"a-good-long-passphrase","newPassword":"another-long-phrase"}'],
      ['/api/admin/rings/access-tokens/rotate', '{}'],
    ];
    for (const [path, body] of forged) {
      for (const origin of [EVIL, 'null']) {
        const answer = await ada.ask(path, { method: 'POST', body, headers: { origin } });
        expect([path, origin, answer.status]).toEqual([path, origin, oneOf([401, 403, 404])]);
      }
      const form = { 'content-type': 'application/x-www-form-urlencoded', origin: EVIL };
      const answer = await ada.ask(path, { method: 'POST', body: 'a=b', headers: form });
      expect([path, answer.ok]).toEqual([path, false]);
    }
    expect(await ada.session()).toMatchObject({ user: { name: 'Person' } });
    // A domain service takes no cookies at all: there is nothing to forge.
    const body = JSON.stringify({ title: 'forged' });
    expect((await ada.ask(`/api/${ada.id}/tasks`, { method: 'POST', body })).status).toBe(401);
  });

  it('signs nobody in to an account of its own, by a script or by a form', async () => {
    const fields = { email: 'bob@example.org', password: 'a-good-long-passphrase' };
    const form = 'application/x-www-form-urlencoded';
    const navigation = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' };
    const forged: readonly [string, string, object][] = [
      ['application/json', JSON.stringify(fields), {}],
      ['text/plain', JSON.stringify(fields), navigation],
      [form, String(new URLSearchParams(fields)), navigation],
      [form, String(new URLSearchParams(fields)), {}],
    ];
    const address = newAddress();
    for (const [type, body, more] of forged) {
      const headers = { 'content-type': type, origin: EVIL, ...more };
      const answer = await askFrom(address, platform, '/api/auth/sign-in/email', { body, headers });
      expect([type, answer.status, answer.headers['set-cookie']]).toEqual([type, oneOf([403, 415]), undefined]);
    }
  });
});

describe('a session', () => {
  const signIn = (headers: Record<string, string> = {}): Promise<Response> =>
    fetch(new URL('/api/auth/sign-in/email', platform.url), {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: platform.url, ...headers },
      body: JSON.stringify({ email: 'ada@example.org', password: 'a-good-long-passphrase' }),
    });

  it('is in a cookie that no script reads and no other site sends', async () => {
    const cookies = (await signIn()).headers.getSetCookie();
    expect(cookies.length).toBeGreaterThan(0);
    for (const cookie of cookies) {
      expect(cookie).toMatch(/; HttpOnly/i);
      expect(cookie).toMatch(/; SameSite=(Lax|Strict)/i);
      expect(cookie).toMatch(/; Path=\//i);
      expect(cookie).not.toMatch(/; Domain=/i);
    }
  });

  it('is a new one at every sign-in, whatever cookie came along, and is over after the sign-out', async () => {
    const [first = ''] = (await signIn()).headers.getSetCookie();
    const planted = first.split(';')[0]!;
    const [second = ''] = (await signIn({ cookie: planted })).headers.getSetCookie();
    const own = second.split(';')[0]!;
    expect(own).not.toBe(planted);
    const headers = { cookie: own, origin: platform.url, 'content-type': 'application/json' };
    await fetch(new URL('/api/auth/sign-out', platform.url), { method: 'POST', headers, body: '{}' });
    const after = await fetch(new URL('/api/auth/get-session', platform.url), { headers: { cookie: own } });
    expect(await after.json()).toBeNull();
  });
});

describe('every answer', () => {
  it('has the headers that keep a browser from guessing, framing, telling and keeping', async () => {
    const paths = ['/api/auth/get-session', `/api/${ada.id}/tasks`, `/api/${ada.id}/tasks/none`];
    if (platform.processes().some(({ name }) => name === 'reports-1')) paths.push(`/api/${ada.id}/reports/access`);
    for (const path of paths) {
      for (const headers of [{}, { authorization: `Bearer ${token}` }]) {
        const answer = await ada.ask(path, { headers });
        expect([path, Object.fromEntries(answer.headers)]).toEqual([
          path,
          expect.objectContaining({
            'x-content-type-options': 'nosniff',
            'content-security-policy': expect.stringContaining('frame-ancestors'),
            'referrer-policy': expect.any(String),
            'cache-control': expect.stringContaining('no-store'),
          }),
        ]);
        expect([path, answer.headers.get('x-powered-by'), answer.headers.get('server')]).toEqual([path, null, null]);
      }
    }
  });
});

describe('a request that two programs would read in two ways', () => {
  const body = '{"title":"smuggled"}';
  const post = (...lines: string[]): string =>
    [`POST /api/${ada.id}/tasks HTTP/1.1`, 'Connection: close', 'Content-Type: application/json', ...lines, ''].join(
      '\r\n',
    );

  it('is refused by the one address and by each process', async () => {
    const authorization = `Authorization: Bearer ${token}`;
    const chunked = `${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`;
    const path = `/api/${ada.id}/tasks`;
    const requests: Readonly<Record<string, string>> = {
      'two credentials': raw(path, 'Host: localhost', authorization, 'Authorization: Bearer other'),
      'two credentials, the bad one first': raw(path, 'Host: localhost', 'Authorization: Bearer other', authorization),
      'two hosts': raw(path, 'Host: localhost', 'Host: evil.example', authorization),
      'no host': raw(path, authorization),
      'length and encoding': `${post('Host: localhost', authorization, `Content-Length: ${body.length}`, 'Transfer-Encoding: chunked')}\r\n${chunked}`,
      'two lengths': `${post('Host: localhost', authorization, 'Content-Length: 1', `Content-Length: ${body.length}`)}\r\n${body}`,
      'an unknown encoding': `${post('Host: localhost', authorization, 'Transfer-Encoding: xchunked')}\r\n${chunked}`,
      'a space before the colon': raw(path, 'Host: localhost', `Authorization : Bearer ${token}`),
      'a folded header': raw(path, 'Host: localhost', `Authorization: Bearer\r\n ${token}`),
      'a line that ends in LF': raw(path, 'Host: localhost', authorization).replaceAll('\r\n', '\n'),
    };
    const before = await tasksOf(ada);
    const process = (name: string) => platform.processes().find((found) => found.name === name)?.url;
    const got: string[] = [];
    const refuse = async (by: string, origin: string, what: string, bytes: string): Promise<void> => {
      const status = statusOf(await send(bytes, origin));
      if (![400, 401, 501].includes(status)) got.push(`${by}: ${what}: ${status}`);
    };
    for (const [what, bytes] of Object.entries(requests)) {
      await refuse('address', platform.url, what, bytes);
      await refuse('process', process('tasks-1')!, what, bytes);
      // Who stands in front of it refuses the rest.
      const reports = process('reports-1');
      const there = bytes.replace('/tasks ', '/reports/access ');
      if (reports && /^two (credentials|hosts)|^no host/.test(what)) await refuse('Python', reports, what, there);
    }
    expect(got).toEqual([]);
    expect(await tasksOf(ada)).toEqual(before);
  });
});

describe('too much, and too slowly', () => {
  it('is refused where it is a body, a header or a path', async () => {
    const big = JSON.stringify({ title: 'x'.repeat(3_000_000) });
    const headers = { authorization: `Bearer ${token}` };
    const targets: readonly string[] = [`/api/${ada.id}/tasks`, '/api/auth/sign-in/email'];
    for (const path of targets) {
      const { status } = await ada.ask(path, { method: 'POST', body: big, headers });
      expect([path, status]).toEqual([path, 413]);
      expect([path, (await ada.ask('/api/auth/get-session')).status]).toEqual([path, 200]);
    }
    const [process] = platform.processes().filter(({ name }) => name === 'tasks-1');
    const lines = ['Host: localhost', `Authorization: Bearer ${token}`, 'Content-Length: 3000000'];
    const announced = raw(`/api/${ada.id}/tasks`, 'Content-Type: application/json', ...lines).replace('GET', 'POST');
    expect(statusOf(await send(announced, process?.url))).toBe(413);
    expect(statusOf(await send(raw('/api/auth/ok', 'Host: localhost', `X-Big: ${'x'.repeat(100_000)}`)))).toBe(431);
    expect(statusOf(await send(raw(`/api/auth/${'x'.repeat(100_000)}`, 'Host: localhost')))).toBe(431);
  });

  it('keeps nobody else waiting: clients that never finish a request are cut off', async () => {
    const begun = (rest: string) => () => {
      const socket = connect(Number(new URL(platform.url).port), '127.0.0.1').on('error', () => undefined);
      socket.write(`POST /api/${ada.id}/tasks HTTP/1.1\r\nHost: localhost\r\n${rest}`);
      return socket;
    };
    const inBody = `Authorization: Bearer ${token}\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n{`;
    const bodies = Array.from({ length: 100 }, begun(inBody));
    const sockets = Array.from({ length: 200 }, begun(''));
    const closed = Promise.all(sockets.map((socket) => text(socket).catch(() => '')));
    expect((await ada.tasks(token)).status).toBe(200);
    const answers = await closed;
    for (const socket of bodies) socket.destroy();
    expect(new Set(answers.map(statusOf))).toEqual(new Set([408]));
    const later = raw(`/api/${ada.id}/tasks`, 'Host: localhost');
    expect(statusOf(await send(later))).toBe(401);
  }, 90_000);
});

const target = () => ({ platform, ada, bob });
describeAdministration(target);
describeRedirects(target);
describeInside(target);
describeGuessing(target);
