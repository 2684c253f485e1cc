import { createServer, type IncomingMessage, request, type RequestListener, type Server } from 'node:http';
import { type AddressInfo, connect, createServer as createTcpServer } from 'node:net';
import { once } from 'node:events';
import { freePort } from '@keyturn/postgres';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createBackends } from '../src/proxy/backends.js';
import { type Proxy, startProxy } from '../src/proxy/server.js';

type Backends = ReturnType<typeof createBackends>;

const routes = [
  ...['/api/auth', '/api/admin', '/.well-known'].map((path) => ({ service: 'auth', path, type: 'Prefix' }) as const),
  { service: 'tasks', path: '/api/[^/]+/tasks(/.*)?', type: 'Regex' } as const,
  { service: 'tasks', path: '/status', type: 'Exact' } as const,
];

let backends: Backends;
let proxy: Proxy;
const servers: Server[] = [];

/** A real service process's stand-in on a real port. */
const serve = async (name: string, handler: RequestListener, service: 'auth' | 'tasks' = 'tasks'): Promise<Server> => {
  const server = createServer(handler).listen(0, '127.0.0.1');
  await once(server, 'listening');
  servers.push(server);
  backends.add(service, name, `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  backends.set(name, 'ready');
  return server;
};

const says =
  (text: string): RequestListener =>
  (_request, response) =>
    response.end(text);

const get = async (path: string, init?: RequestInit) => {
  const answer = await fetch(new URL(path, proxy.url), init);
  return { status: answer.status, replica: answer.headers.get('x-keyturn-replica'), body: await answer.text(), answer };
};

beforeEach(async () => {
  backends = createBackends();
  proxy = await startProxy({ backends, routes, ports: [0], page: (_request, response) => response.end('page') });
});

afterEach(async () => {
  await proxy.close();
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

describe('the one address', () => {
  it('routes by path and names the process that answered', async () => {
    await serve('auth-1', says('auth'), 'auth');
    await serve('tasks-1', says('tasks'));
    for (const path of ['/api/auth/token', '/.well-known/jwks.json', '/api/admin/rings', '/api/auth/x/tasks']) {
      expect(await get(path)).toMatchObject({ status: 200, body: 'auth', replica: 'auth-1' });
    }
    for (const path of ['/api/u1/tasks', '/api/u1/tasks/7/complete?x=/api/auth', '/status?x']) {
      expect(await get(path)).toMatchObject({ status: 200, body: 'tasks', replica: 'tasks-1' });
    }
    for (const path of ['/', '/_keyturn/state']) expect((await get(path)).body).toBe('page');
    for (const path of ['/api/authority', '/status/x', '/x/api/u1/tasks']) expect((await get(path)).status).toBe(404);
    const unknown = await get('/api/u1/taskslist');
    expect(unknown.status).toBe(404);
    expect(unknown.answer.headers.get('content-type')).toBe('application/problem+json');
  });

  it('takes turns among ready processes, and asks others only when none is ready', async () => {
    await serve('tasks-1', says('1'));
    await serve('tasks-2', says('2'));
    const bodies = async () => (await Promise.all([1, 2, 3, 4].map(() => get('/api/u/tasks')))).map(({ body }) => body);
    expect((await bodies()).sort()).toEqual(['1', '1', '2', '2']);
    backends.set('tasks-1', 'alive');
    expect(await bodies()).toEqual(['2', '2', '2', '2']);
    backends.set('tasks-2', 'out');
    expect(await bodies()).toEqual(['1', '1', '1', '1']);
    backends.set('tasks-1', 'out');
    expect(await get('/api/u/tasks')).toMatchObject({ status: 503, replica: null });
  });

  it('sends a request elsewhere when the connection is refused, with its whole body', async () => {
    backends.add('tasks', 'tasks-0', `http://127.0.0.1:${await freePort()}`);
    backends.set('tasks-0', 'ready');
    await serve('tasks-1', async (incoming, response) => {
      let length = 0;
      for await (const chunk of incoming) length += chunk.length;
      response.end(String(length));
    });
    const body = 'x'.repeat(100_000);
    for (let i = 0; i < 4; i += 1) {
      expect(await get('/api/u/tasks', { method: 'POST', body })).toMatchObject({ body: '100000', replica: 'tasks-1' });
    }
  });

  it('refuses a body that no service takes, before or while it is sent, and goes on', async () => {
    let ended = 0;
    await serve('tasks-1', (incoming, response) => {
      incoming.resume().once('end', () => {
        ended += 1;
        response.end('taken');
      });
    });
    const body = 'x'.repeat(131_073);
    expect(await get('/api/u/tasks', { method: 'POST', body })).toMatchObject({ status: 413, replica: null });
    const streamed = { method: 'POST', body: new Blob([body]).stream(), duplex: 'half' } as const;
    expect(await get('/api/u/tasks', streamed)).toMatchObject({ status: 413, replica: 'tasks-1' });
    expect(ended).toBe(0);
    expect(await get('/api/u/tasks', { method: 'POST', body: body.slice(1) })).toMatchObject({ body: 'taken' });
  });

  it('does not send a request twice once something of it was sent', async () => {
    let asked = 0;
    const breaking: RequestListener = (incoming) => {
      asked += 1;
      incoming.socket.destroy();
    };
    await serve('tasks-1', breaking);
    await serve('tasks-2', breaking);
    const broken = await get('/api/u/tasks', { method: 'POST', body: 'x' });
    expect(broken).toMatchObject({ status: 502, replica: expect.stringMatching(/tasks-[12]/) });
    expect(JSON.parse(broken.body)).toMatchObject({ status: 502, title: 'Bad Gateway' });
    expect(asked).toBe(1);
  });

  it('streams both ways: the answer begins while the request is still being sent', async () => {
    await serve('tasks-1', (incoming, response) => incoming.pipe(response));
    const outgoing = request(new URL('/api/u/tasks', proxy.url), { method: 'POST' });
    outgoing.write('first');
    const [answer] = (await once(outgoing, 'response')) as [IncomingMessage];
    const heard: string[] = [];
    for await (const chunk of answer) {
      heard.push(String(chunk));
      if (heard.length === 1) outgoing.end('second');
    }
    expect(heard).toEqual(['first', 'second']);
  });

  it('passes headers on, keeps those of the connection to itself, and says who the client is', async () => {
    let seen: IncomingMessage['headers'] = {};
    await serve(
      'auth-1',
      (incoming, response) => {
        seen = incoming.headers;
        response.writeHead(200, {
          'set-cookie': ['a=1', 'b=2'],
          'x-keyturn-replica': 'liar',
          'keep-alive': 'timeout=9',
        });
        response.end();
      },
      'auth',
    );
    const headers = { cookie: 'c=3', connection: 'close, x-secret', 'x-secret': '1', 'x-forwarded-for': '6.6.6.6' };
    const outgoing = request(new URL('/api/auth/x', proxy.url), { headers }).end();
    const [answer] = (await once(outgoing, 'response')) as [IncomingMessage];
    answer.resume();
    expect(seen).toMatchObject({
      cookie: 'c=3',
      host: new URL(proxy.url).host,
      'x-forwarded-host': new URL(proxy.url).host,
    });
    expect(seen['x-forwarded-for']).toMatch(/^(127\.0\.0\.1|::1)$/);
    expect(seen['x-secret']).toBeUndefined();
    expect(answer.headers['set-cookie']).toEqual(['a=1', 'b=2']);
    expect(answer.headers['x-keyturn-replica']).toBe('auth-1');
  });

  it('ends the answer visibly when the process dies in the middle of it', async () => {
    await serve('tasks-1', (incoming, response) => {
      response.writeHead(200, { 'content-length': 1000 });
      response.write('part', () => incoming.socket.destroy());
    });
    await expect(get('/api/u/tasks')).rejects.toThrow(/terminated|fetch failed/);
  });

  it('answers what is no HTTP with a problem, and goes on', async () => {
    await serve('tasks-1', says('fine'));
    const socket = connect(proxy.port, '127.0.0.1');
    socket.end('NONSENSE\r\n\r\n');
    const [data] = await once(socket, 'data');
    expect(String(data)).toMatch(/^HTTP\/1\.1 400 [^]*application\/problem\+json/);
    expect((await get('/api/u/tasks')).body).toBe('fine');
  });

  it('takes the next port when the wanted one is taken, on either of the addresses of localhost', async () => {
    const taken = createTcpServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as AddressInfo;
    const page = () => undefined;
    const other = await startProxy({ backends: createBackends(), routes, ports: [port, 0], page });
    expect(other.port).not.toBe(port);
    await expect(startProxy({ backends: createBackends(), routes, ports: [port], page })).rejects.toThrow(
      `port ${port} is taken`,
    );
    await other.close();
    taken.close();
  });
});
