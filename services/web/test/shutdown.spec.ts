import { once } from 'node:events';
import { Agent, createServer, get, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { readShutdown } from '@/environment';
import { watchAnswers } from '@/shutdown/answers';

const server = createServer({ keepAliveTimeout: 60_000 });
const agent = new Agent({ keepAlive: true, maxSockets: 1 });

afterEach(() => agent.destroy());

describe('the end of connections', () => {
  it('comes to one whose answer had promised to keep it, and ends after the drain', async () => {
    const answers = watchAnswers();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const asked = get({ host: '127.0.0.1', port, agent });
    const [, response] = (await once(server, 'request')) as [IncomingMessage, ServerResponse];
    response.flushHeaders();
    const [answer] = (await once(asked, 'response')) as [IncomingMessage];
    expect(answer.headers.connection).toBe('keep-alive');

    answers.endConnections();
    answers.keepNone();
    expect(answers.underWay()).toBe(1);
    const closed = once(server.close(), 'close');
    response.end();
    answer.resume();
    await closed;
    expect(answers.underWay()).toBe(0);
  });
});

describe('what the environment says about the end', () => {
  it('is read as other services read it', () => {
    expect(readShutdown({})).toEqual({ drainWindowMs: 2_000, deadlineMs: 25_000 });
    const given = { KEYTURN_DRAIN_WINDOW: '1500ms', KEYTURN_SHUTDOWN_DEADLINE: '1m30s' };
    expect(readShutdown(given)).toEqual({ drainWindowMs: 1_500, deadlineMs: 90_000 });
    expect(readShutdown({ KEYTURN_DRAIN_WINDOW: '0s' }).drainWindowMs).toBe(0);
  });

  it.each([
    ['KEYTURN_DRAIN_WINDOW', 'soon'],
    ['KEYTURN_DRAIN_WINDOW', '2'],
    ['KEYTURN_DRAIN_WINDOW', '11m'],
    ['KEYTURN_SHUTDOWN_DEADLINE', '999ms'],
  ])('is refused with a sentence that names %s and not %s', (name, value) => {
    expect(() => readShutdown({ [name]: value })).toThrow(new RegExp(`^${name}: must be a duration such as`));
    expect(() => readShutdown({ [name]: value })).not.toThrow(value);
  });
});
