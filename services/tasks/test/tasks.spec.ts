import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Answer, call, type CallOptions, startTasks, type TasksUnderTest, tokenFor } from './tasks-under-test.js';

interface TaskBody {
  readonly id: string;
  readonly title: string;
  readonly description?: string;
  readonly completed: boolean;
  readonly createdAt: string;
  readonly updatedAt: string;
}
interface ListBody {
  readonly items: readonly TaskBody[];
  readonly nextCursor: string | null;
}

let tasks: TasksUnderTest;
beforeAll(async () => {
  tasks = await startTasks();
}, 60_000);
afterAll(() => tasks.stop());

/** A request of a user about their own tasks, unless told otherwise. */
const as =
  (user: string) =>
  <T = TaskBody>(method: string, path = '', options: CallOptions = {}): Promise<Answer<T>> =>
    call<T>(method, `${tasks.service.url}/api/${encodeURIComponent(user)}/tasks${path}`, {
      token: tokenFor(tasks.issuer, user),
      ...options,
    });

/** Resolves a moment after the task was made, so that the next one is later on the clock of the database. */
const create = async (user: string, body: object): Promise<TaskBody> => {
  const { body: task } = await as(user)<TaskBody>('POST', '', { body });
  await sleep(2);
  return task;
};
const list = async (user: string, query = ''): Promise<ListBody> => (await as(user)<ListBody>('GET', query)).body;
const titles = (page: ListBody): string[] => page.items.map(({ title }) => title);

describe('a task', () => {
  it('is created, read, changed, completed and deleted by its user', async () => {
    const ada = as('ada');
    const created = await ada('POST', '', { body: { title: 'Write notes', description: 'on the engine' } });
    expect(created.status).toBe(201);
    expect(created.headers.get('location')).toBe(`/api/ada/tasks/${created.body.id}`);
    expect(created.body).toEqual({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      title: 'Write notes',
      description: 'on the engine',
      completed: false,
      createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      updatedAt: created.body.createdAt,
    });
    const path = `/${created.body.id}`;
    expect((await ada('GET', path)).body).toEqual(created.body);

    const changed = await ada('PUT', path, { body: { title: 'Publish notes' } });
    expect(changed.status).toBe(200);
    expect(changed.body).toEqual({ ...created.body, title: 'Publish notes', updatedAt: changed.body.updatedAt });
    expect(Date.parse(changed.body.updatedAt)).toBeGreaterThan(Date.parse(created.body.updatedAt));

    expect((await ada('PATCH', `${path}/complete`)).body.completed).toBe(true);
    expect((await ada('PATCH', `${path}/complete`)).body.completed).toBe(false);

    const deleted = await ada<object>('DELETE', path);
    expect([deleted.status, deleted.body]).toEqual([200, { status: 'deleted', task_id: created.body.id }]);
    expect((await ada('GET', path)).status).toBe(404);
    expect((await ada('DELETE', path)).status).toBe(404);
  });

  it('keeps on PUT what was not given, loses its description by null, and shows none that it does not have', async () => {
    const { id } = await create('berta', { title: 'a', description: 'b', completed: true });
    const put = (body: object) => as('berta')('PUT', `/${id}`, { body });
    expect((await put({})).body).toMatchObject({ title: 'a', description: 'b', completed: true });
    expect((await put({ completed: false })).body).toMatchObject({ title: 'a', description: 'b', completed: false });
    const without = (await put({ description: null })).body;
    expect(without).not.toHaveProperty('description');
    expect(await create('berta', { title: 'x', description: null })).not.toHaveProperty('description');
  });

  it('is toggled once by each of many requests at once', async () => {
    const { id } = await create('carla', { title: 'odd' });
    const answers = await Promise.all(Array.from({ length: 21 }, () => as('carla')('PATCH', `/${id}/complete`)));
    expect(answers.filter(({ body }) => body.completed)).toHaveLength(11);
    expect((await as('carla')('GET', `/${id}`)).body.completed).toBe(true);
  });

  it('answers a content type with no body behind it, as many clients send it', async () => {
    const { id } = await create('dora', { title: 'bare' });
    const headers = { 'content-type': 'application/json' };
    expect((await as('dora')('PATCH', `/${id}/complete`, { headers })).body.completed).toBe(true);
    expect((await as('dora')('DELETE', `/${id}`, { headers })).status).toBe(200);
  });

  it('holds every kind of text as it was written', async () => {
    for (const title of ['zażółć 漢字 👩‍👩‍👧', "Robert'); DROP TABLE tasks;--", '<script>', '100% _sure_ \\', 'a\tb']) {
      expect((await create('erna', { title })).title).toBe(title);
    }
    expect((await create('erna', { title: '👍'.repeat(200) })).title).toBe('👍'.repeat(200));
  });
});

describe('isolation', () => {
  it('answers 401 with a challenge without a token and with a bad one', async () => {
    const none = await as('ada')('GET', '', { token: null });
    expect(none.status).toBe(401);
    expect(none.headers.get('www-authenticate')).toMatch(/^Bearer/);
    expect(none.headers.get('content-type')).toContain('application/problem+json');
    for (const token of [tasks.issuer.expired(), tasks.issuer.unknownKid(), tasks.issuer.algNone(), 'nonsense']) {
      expect((await as('ada')('GET', '', { token })).status).toBe(401);
    }
  });

  it('answers 403 when the user of the path is not the user of the token, whatever the route', async () => {
    const { id } = await create('ada', { title: 'private' });
    const token = tokenFor(tasks.issuer, 'eve');
    const routes = [
      ['GET', ''],
      ['POST', '', { title: 'planted' }],
      ['GET', `/${id}`],
      ['PUT', `/${id}`, { title: 'mine' }],
      ['PATCH', `/${id}/complete`],
      ['DELETE', `/${id}`],
    ] as const;
    for (const [method, path, body] of routes) {
      expect((await as('ada')(method, path, { token, body })).status).toBe(403);
    }
    expect((await as('ada')('GET', `/${id}`)).body).toMatchObject({ title: 'private', completed: false });
  });

  it('answers 404 for the task of another user, and leaves it alone', async () => {
    const { id } = await create('ada', { title: 'private' });
    const eve = as('eve');
    expect((await eve('GET', `/${id}`)).status).toBe(404);
    expect((await eve('PUT', `/${id}`, { body: { title: 'mine' } })).status).toBe(404);
    expect((await eve('PUT', `/${id}`, { body: {} })).status).toBe(404);
    expect((await eve('PATCH', `/${id}/complete`)).status).toBe(404);
    expect((await eve('DELETE', `/${id}`)).status).toBe(404);
    expect((await list('eve')).items).toEqual([]);
    expect((await as('ada')('GET', `/${id}`)).body).toMatchObject({ title: 'private', completed: false });
  });

  it('wants the permission for what is done', async () => {
    const token = tokenFor(tasks.issuer, 'ada', { permissions: ['tasks:read'] });
    expect((await as('ada')('GET', '', { token })).status).toBe(200);
    const refused = await as('ada')('POST', '', { token, body: { title: 'x' } });
    expect(refused.status).toBe(403);
    expect(refused.headers.get('www-authenticate')).toContain('insufficient_scope');
  });

  it('serves users whose id has characters of its own', async () => {
    for (const user of ['auth0|7/x', 'ä ö', 'a.b@c.d', '%41']) {
      const { id } = await create(user, { title: user });
      expect((await as(user)('GET', `/${id}`)).body.title).toBe(user);
    }
  });

  it('accepts tokens of before and after a rotation', async () => {
    const before = tokenFor(tasks.issuer, 'ada');
    await tasks.issuer.rotate();
    expect((await as('ada')('GET', '', { token: before })).status).toBe(200);
    expect((await as('ada')('GET')).status).toBe(200);
  });

  it('answers 503 with Retry-After, never 401, while it has no keys', async () => {
    tasks.issuer.node.setUsable(false);
    const answer = await as('ada')('GET');
    tasks.issuer.node.setUsable(true);
    expect(answer.status).toBe(503);
    expect(answer.headers.get('retry-after')).toMatch(/^\d+$/);
  });
});

describe('the list', () => {
  const user = 'lisa';
  beforeAll(async () => {
    for (const [at, title] of ['pear', 'apple', '50% of figs', 'plum', 'cherry', 'apple'].entries()) {
      const description = at === 3 ? 'like an APPLE, but blue' : undefined;
      await create(user, { title, description, completed: at % 2 === 1 });
    }
  });

  const walk = async (query: string): Promise<ListBody[]> => {
    const pages: ListBody[] = [];
    for (let cursor: string | null = ''; cursor !== null; ) {
      const page: ListBody = await list(user, `?${query}${cursor && `&cursor=${cursor}`}`);
      pages.push(page);
      cursor = page.nextCursor;
    }
    return pages;
  };

  it('shows the newest first unless told otherwise', async () => {
    expect(titles(await list(user))).toEqual(['apple', 'cherry', 'plum', '50% of figs', 'apple', 'pear']);
    expect(titles(await list(user, '?sort=createdAt&limit=2'))).toEqual(['pear', 'apple']);
    expect(titles(await list(user, '?sort=title'))).toEqual([
      '50% of figs',
      'apple',
      'apple',
      'cherry',
      'pear',
      'plum',
    ]);
    expect(titles(await list(user, '?sort=-title&limit=2'))).toEqual(['plum', 'pear']);
  });

  it('is filtered by what is done and by text, which stands for itself', async () => {
    expect(titles(await list(user, '?completed=true&sort=createdAt'))).toEqual(['apple', 'plum', 'apple']);
    expect(titles(await list(user, '?completed=false&sort=createdAt'))).toEqual(['pear', '50% of figs', 'cherry']);
    expect(titles(await list(user, '?search=aPPle&sort=createdAt'))).toEqual(['apple', 'plum', 'apple']);
    expect(titles(await list(user, '?search=%25'))).toEqual(['50% of figs']);
    expect(titles(await list(user, '?search=_'))).toEqual([]);
    expect(titles(await list(user, '?search=%5C'))).toEqual([]);
    expect((await list(user, '?search=')).items).toHaveLength(6);
  });

  it('comes in pages that together are the list, in every order', async () => {
    for (const sort of ['createdAt', '-createdAt', 'updatedAt', '-updatedAt', 'title', '-title']) {
      const pages = await walk(`sort=${sort}&limit=2`);
      expect(pages.map(({ items }) => items.length)).toEqual([2, 2, 2]);
      const ids = pages.flatMap(({ items }) => items.map(({ id }) => id));
      expect(ids).toEqual((await list(user, `?sort=${sort}`)).items.map(({ id }) => id));
    }
    expect((await walk('search=apple&completed=true&limit=1')).map(titles)).toEqual([['apple'], ['plum'], ['apple']]);
  });

  it('neither repeats nor skips a task when others come and go between two pages', async () => {
    const made: TaskBody[] = [];
    for (const title of ['1', '2', '3', '4']) made.push(await create('pia', { title }));
    const first = await list('pia', '?limit=2');
    expect(titles(first)).toEqual(['4', '3']);
    await create('pia', { title: '5' });
    await as('pia')('DELETE', `/${made[3]?.id}`);
    await as('pia')('DELETE', `/${made[2]?.id}`);
    expect(titles(await list('pia', `?limit=2&cursor=${first.nextCursor}`))).toEqual(['2', '1']);
  });

  it('has 20 tasks on a page unless told otherwise, and 100 at most', async () => {
    await Promise.all(Array.from({ length: 101 }, (_, at) => create('many', { title: `t${at}` })));
    expect((await list('many')).items).toHaveLength(20);
    const most = await list('many', '?limit=100');
    expect(most.items).toHaveLength(100);
    expect((await list('many', `?limit=100&cursor=${most.nextCursor}`)).items).toHaveLength(1);
    expect((await as('many')('GET', '?limit=101')).status).toBe(400);
  });
});

describe('the service', () => {
  it('describes its routes in an OpenAPI document that anyone may read', async () => {
    const { status, body } = await call<{
      paths: Record<string, Record<string, { responses: object; security?: object[] }>>;
    }>('GET', `${tasks.service.url}/openapi.json`);
    expect(status).toBe(200);
    expect(Object.fromEntries(Object.entries(body.paths).map(([path, routes]) => [path, Object.keys(routes)]))).toEqual(
      {
        '/api/{userId}/tasks': ['get', 'post'],
        '/api/{userId}/tasks/{id}': ['get', 'put', 'delete'],
        '/api/{userId}/tasks/{id}/complete': ['patch'],
      },
    );
    for (const route of Object.values(body.paths).flatMap((routes) => Object.values(routes))) {
      expect(route.security).toEqual([{ keyturn: [] }]);
      expect(Object.keys(route.responses)).toEqual(expect.arrayContaining(['400', '401', '403', '503']));
    }
  });

  it('tells its health, metrics by route, and its receipt on the management port only', async () => {
    const { service } = tasks;
    const on = (url: string, path: string) => fetch(`${url}${path}`);
    expect((await on(service.managementUrl, '/livez')).status).toBe(200);
    expect((await on(service.managementUrl, '/readyz')).status).toBe(200);
    await as('ada')('GET', `/${(await create('ada', { title: 'counted' })).id}`);
    const metrics = await (await on(service.managementUrl, '/metrics')).text();
    expect(metrics).toMatch(/http_server_request_duration_seconds_count\{[^}]*route="\/api\/:userId\/tasks\/:id"/);
    expect(metrics).toMatch(/^keyturn_guard_\w+.* [1-9]/m);
    expect(metrics).not.toContain('ada');
    const receipt = await (await on(service.managementUrl, '/keyturn/v1/rings/access-tokens')).json();
    expect(receipt).toMatchObject({ ring: 'access-tokens', role: 'verifier', loaded: expect.any(Number) });
    for (const path of ['/livez', '/metrics', '/keyturn/v1/rings'])
      expect((await on(service.url, path)).status).toBe(404);
  });

  it('passes a canary through the guard', async () => {
    const canary = await fetch(`${tasks.service.managementUrl}/keyturn/v1/rings/access-tokens/canary`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ credential: tasks.issuer.canary() }),
    });
    expect(await canary.json()).toMatchObject({ accepted: true });
  });

  it('answers with security headers and an id that its log has as well, and logs no token', async () => {
    const token = tokenFor(tasks.issuer, 'ada');
    const answer = await as('ada')('GET', '', { token, headers: { 'x-request-id': 'from-the-proxy' } });
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(answer.headers.get('x-request-id')).toBe('from-the-proxy');
    const lines = tasks.log.map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines).toContainEqual(
      expect.objectContaining({
        requestId: 'from-the-proxy',
        route: '/api/:userId/tasks',
        status: 200,
        service: 'tasks',
      }),
    );
    expect(tasks.log.join('')).not.toContain(token.slice(0, 20));
  });
});
