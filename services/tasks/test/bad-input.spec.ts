import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Answer, call, type CallOptions, startTasks, type TasksUnderTest, tokenFor } from './tasks-under-test.js';

interface Fault {
  readonly field: string;
  readonly rule: string;
  readonly message: string;
}
interface ProblemBody {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail?: string;
  readonly errors?: readonly Fault[];
}

let tasks: TasksUnderTest;
let id: string;
beforeAll(async () => {
  tasks = await startTasks();
  id = String((await send('POST', '', { body: { title: 'good' } })).body.id);
}, 60_000);
afterAll(() => tasks.stop());

const send = <T = Record<string, unknown>>(
  method: string,
  path: string,
  options: CallOptions = {},
): Promise<Answer<T>> =>
  call<T>(method, `${tasks.service.url}/api/ada/tasks${path}`, { token: tokenFor(tasks.issuer, 'ada'), ...options });

/** Sends what must be refused, and holds the answer to what is promised of every refusal. */
const refused = async (
  status: number,
  method: string,
  path: string,
  options: CallOptions = {},
): Promise<ProblemBody> => {
  const answer = await send<ProblemBody>(method, path, options);
  expect(answer.headers.get('content-type')).toContain('application/problem+json');
  expect(answer.body).toMatchObject({ status: answer.status, title: expect.any(String), type: expect.any(String) });
  const text = JSON.stringify(answer.body);
  expect(text).not.toMatch(/\bat .*\.(?:js|ts)|node_modules|SELECT|QueryFailed|typeorm/i);
  expect([answer.status, text]).toEqual([status, text]);
  return answer.body;
};

const rules = ({ errors = [] }: ProblemBody): Record<string, string> =>
  Object.fromEntries(errors.map(({ field, message }) => [field, message]));

describe('a body that breaks rules', () => {
  it('is answered with one entry per field, each with its rule, and none of the values', async () => {
    const body = { title: ' ', description: 7, completed: 'very', colour: 'red-secret', userId: 'eve' };
    const problem = await refused(400, 'POST', '', { body });
    expect(rules(problem)).toEqual({
      title: 'title must not be blank',
      description: 'description must be text',
      completed: 'completed must be a boolean value',
      colour: 'colour is not a known field',
      userId: 'userId is not a known field',
    });
    expect(problem.errors).toHaveLength(5);
    for (const fault of problem.errors ?? []) expect(fault.rule).toMatch(/^\w+$/);
    expect(JSON.stringify(problem)).not.toMatch(/red-secret|very|eve/);
  });

  it.each<[object, string]>([
    [{}, 'title must be text'],
    [{ title: null }, 'title must be text'],
    [{ title: '' }, 'title must not be blank'],
    [{ title: ['a'] }, 'title must be text'],
    [{ title: { toString: 'a' } }, 'title must be text'],
    [{ title: 'x'.repeat(201) }, 'title must have at most 200 characters'],
    [{ title: '👍'.repeat(201) }, 'title must have at most 200 characters'],
    [{ title: 'a\0b' }, 'title must not contain control characters'],
    [{ title: 'a\u001b[31mb' }, 'title must not contain control characters'],
    [{ title: 'a\ud800b' }, 'title must be well-formed Unicode'],
  ])('names the rule for the title, case %#', async (body, message) => {
    expect(rules(await refused(400, 'POST', '', { body }))).toEqual({ title: message });
  });

  it('is refused on PUT as well, where null is a value that title and completed cannot have', async () => {
    const problem = await refused(400, 'PUT', `/${id}`, { body: { title: null, completed: null, id: 'x' } });
    expect(rules(problem)).toEqual({
      title: 'title must be text',
      completed: 'completed must be a boolean value',
      id: 'id is not a known field',
    });
    const long = { body: { description: 'x'.repeat(5001) } };
    expect(rules(await refused(400, 'PUT', `/${id}`, long))).toHaveProperty('description');
    const nul = { body: { description: 'a\0' } };
    expect(rules(await refused(400, 'PUT', `/${id}`, nul))).toHaveProperty('description');
    expect((await send('GET', `/${id}`)).body).toMatchObject({ title: 'good', completed: false });
  });
});

describe('a body that is none', () => {
  it.each([
    ['malformed JSON', '{"title": "x"'],
    ['text instead of JSON', 'title=x'],
    ['JSON with a member too many for any object', '{"__proto__": {"admin": true}, "title": "x"}'],
    ['a constructor with a prototype', '{"constructor": {"prototype": {"admin": true}}, "title": "x"}'],
    ['an array', '[{"title": "x"}]'],
    ['a string', '"title"'],
    ['a number', '1'],
    ['null', 'null'],
    ['nothing', ''],
    ['bytes that are no UTF-8 and no JSON', new Uint8Array([0xff, 0xfe, 0x00])],
    ['an object nested more deeply than any reader goes', `${'{"a":'.repeat(15_000)}1${'}'.repeat(15_000)}`],
    ['an array nested more deeply than any reader goes', `{"title":${'['.repeat(60_000)}${']'.repeat(60_000)}}`],
  ])('is refused: %s', async (_name, raw) => {
    await refused(400, 'POST', '', { raw });
    await refused(400, 'PUT', `/${id}`, { raw });
  });

  it('has to be JSON by its content type', async () => {
    const raw = '{"title": "x"}';
    for (const type of [
      'text/plain',
      'application/x-www-form-urlencoded',
      'multipart/form-data; boundary=x',
      'text/json',
      'x',
    ]) {
      await refused(415, 'POST', '', { raw, headers: { 'content-type': type } });
    }
    const good = await send('POST', '', { raw, headers: { 'content-type': 'application/json; charset=utf-8' } });
    expect(good.status).toBe(201);
  });

  it('may be large only up to the limit', async () => {
    await refused(413, 'POST', '', { body: { title: 'x', description: 'y'.repeat(140_000) } });
  });
});

describe('a query that breaks rules', () => {
  it.each([
    ['limit=0', { limit: 'limit must be a whole number from 1 to 100' }],
    ['limit=-1', { limit: 'limit must be a whole number from 1 to 100' }],
    ['limit=1e1', { limit: 'limit must be a whole number from 1 to 100' }],
    ['limit=', { limit: 'limit must be a whole number from 1 to 100' }],
    ['limit=5&limit=6', { limit: 'limit must be a whole number from 1 to 100' }],
    ['limit=101', { limit: 'limit must be a whole number from 1 to 100' }],
    ['limit=99999999999999999999', { limit: 'limit must be a whole number from 1 to 100' }],
    ['completed=yes', { completed: 'completed must be true or false' }],
    ['completed=true&completed=false', { completed: 'completed must be true or false' }],
    ['sort=userId', { sort: expect.stringContaining('createdAt') }],
    ['sort=title;drop', { sort: expect.stringContaining('createdAt') }],
    ['sort=constructor', { sort: expect.stringContaining('createdAt') }],
    ['search=%00', { search: 'search must not contain control characters' }],
    ['search=a&search=b', { search: 'search must be text' }],
    [`search=${'x'.repeat(201)}`, { search: 'search must have at most 200 characters' }],
    ['page=2', { page: 'page is not a known field' }],
    [
      'limit=x&sort=y&completed=z',
      { limit: expect.any(String), sort: expect.any(String), completed: expect.any(String) },
    ],
  ])('names each field, case %#', async (query, expected) => {
    expect(rules(await refused(400, 'GET', `?${query}`))).toEqual(expected);
  });

  it('names the cursor when no page of this list gave it', async () => {
    await send('POST', '', { body: { title: 'second' } });
    const page = await send<{ nextCursor: string }>('GET', '?limit=1&sort=title');
    const good = page.body.nextCursor;
    expect((await send('GET', `?limit=1&sort=title&cursor=${good}`)).status).toBe(200);
    const forge = (parts: unknown) => Buffer.from(JSON.stringify(parts)).toString('base64url');
    const time = '2026-01-01T00:00:00.000Z';
    const bad = [
      `sort=title&cursor=`,
      `sort=title&cursor=nonsense`,
      `sort=title&cursor=${good.slice(0, -2)}`,
      `sort=title&cursor=${good}A`,
      `sort=-title&cursor=${good}`,
      `cursor=${good}`,
      `sort=title&cursor=${good}&cursor=${good}`,
      `sort=title&cursor=${'A'.repeat(3000)}`,
      `sort=title&cursor=${forge([2, 'title', 'a', id])}`,
      `sort=title&cursor=${forge([1, 'title', 'a\0', id])}`,
      `sort=title&cursor=${forge([1, 'title', 'a\ud800', id])}`,
      `sort=title&cursor=${forge([1, 'title', 'a', 'no-uuid'])}`,
      `sort=title&cursor=${forge([1, 'title', { a: 1 }, id])}`,
      `sort=createdAt&cursor=${forge([1, 'createdAt', 'yesterday', id])}`,
      `sort=createdAt&cursor=${forge([1, 'createdAt', '2026-13-45T00:00:00.000Z', id])}`,
      `sort=createdAt&cursor=${forge([1, 'createdAt', `${time}'; DROP TABLE tasks`, id])}`,
    ];
    for (const query of bad) expect(Object.keys(rules(await refused(400, 'GET', `?${query}`)))).toEqual(['cursor']);
  });
});

describe('a path that leads nowhere', () => {
  it.each(['/1', '/not-a-uuid', "/'%3B--", '/%00', `/${'a'.repeat(200)}`, '/00000000-0000-0000-0000-00000000000g'])(
    'names the id that is no UUID, case %#',
    async (path) => {
      for (const method of ['GET', 'DELETE'])
        expect(rules(await refused(400, method, path))).toEqual({ id: 'id must be a UUID' });
      expect(rules(await refused(400, 'PATCH', `${path}/complete`))).toEqual({ id: 'id must be a UUID' });
    },
  );

  it('is 404 for a task and a route that do not exist, and 400 when it cannot be decoded', async () => {
    await refused(404, 'GET', '/00000000-0000-4000-8000-000000000000');
    await refused(404, 'GET', `/${id}/nothing`);
    await refused(404, 'OPTIONS', `/${id}`);
    await refused(400, 'GET', '/%ff%');
    await refused(404, 'GET', `/../../../nothing`);
  });

  it('says no more about a path of another user, whatever is wrong with it', async () => {
    const url = `${tasks.service.url}/api/eve/tasks`;
    const token = tokenFor(tasks.issuer, 'ada');
    for (const path of ['/not-a-uuid', '?limit=x', `/${id}`]) {
      expect((await call('GET', `${url}${path}`, { token })).status).toBe(403);
    }
    expect((await call('POST', url, { token, body: { colour: 1 } })).status).toBe(403);
  });
});

describe('what is no HTTP', () => {
  const exchange = (text: string): Promise<string> =>
    new Promise((resolve, reject) => {
      const { hostname, port } = new URL(tasks.service.url);
      const socket = connect(Number(port), hostname, () => socket.write(text));
      let answer = '';
      socket.on('data', (chunk) => (answer += chunk));
      socket.on('close', () => resolve(answer));
      socket.on('error', reject);
    });

  it.each([
    ['400', 'GARBAGE\r\n\r\n'],
    ['400', 'GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n'],
    ['431', `GET / HTTP/1.1\r\nHost: a\r\nX-Long: ${'x'.repeat(40_000)}\r\n\r\n`],
  ])('is answered with a problem: %s', async (status, text) => {
    const answer = await exchange(text);
    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(answer).toContain('application/problem+json');
  });
});

it('none of this was an error of the server', () => {
  const errors = tasks.log.map((line) => JSON.parse(line) as { level: string }).filter(({ level }) => level !== 'info');
  expect(errors.filter(({ level }) => level !== 'debug')).toEqual([]);
});
