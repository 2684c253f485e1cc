import { describe, expect, it } from '@jest/globals';
import { createLogger, type Logger, requestContext } from '../src/index.js';
import { NestLogger } from '../src/logging/nest-logger.js';
import { prettyLine } from '../src/logging/pretty.js';

const TOKEN = 'eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJhZGEifQ.c2lnbmF0dXJl';

const logged = (write: (logger: Logger) => void): { line: Record<string, unknown>; text: string } => {
  const lines: string[] = [];
  write(createLogger({ service: 'test', level: 'trace', destination: { write: (line) => void lines.push(line) } }));
  const text = lines.join('');
  return { line: JSON.parse(lines[0] ?? '{}'), text };
};

describe('a line of log', () => {
  it('has time, level by name, service and the id of the request', () => {
    const { line } = logged((logger) =>
      requestContext.run({ requestId: 'r-1' }, () => logger.warn({ ring: 'access-tokens' }, 'hello')),
    );
    expect(line).toEqual({
      level: 'warn',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      service: 'test',
      pid: process.pid,
      requestId: 'r-1',
      ring: 'access-tokens',
      msg: 'hello',
    });
  });

  it('shows no member whose name says that it holds a secret, however deep', () => {
    const secret = 'plain-text-secret';
    const { text } = logged((logger) =>
      logger.info({
        headers: { authorization: secret, Cookie: secret, 'set-cookie': [secret], 'proxy-authorization': secret },
        body: {
          user: { password: secret, newPassword: secret, accessToken: secret, refresh_token: secret, token: secret },
        },
        keys: [{ kid: 'k1', jwk: { d: secret }, secret, clientSecret: secret, apiKey: secret, private_key: secret }],
        credential: secret,
      }),
    );
    expect(text).not.toContain(secret);
    expect(text).toContain('"kid":"k1"');
  });

  it('keeps names and numbers that only sound like secrets', () => {
    const { line } = logged((logger) =>
      logger.info({ secretVersion: 3, tokensIssued: 5, code: 'ECONNREFUSED', kid: 'k' }, 'x'),
    );
    expect(line).toMatchObject({ secretVersion: 3, tokensIssued: 5, code: 'ECONNREFUSED', kid: 'k' });
  });

  it('shows no text in the shape of a credential, wherever it stands', () => {
    const { text } = logged((logger) => {
      logger.info(`token ${TOKEN} came`);
      logger.info({ note: `Authorization: Bearer ${'abcDEF123._-'.repeat(2)}` }, 'x');
      logger.error({ err: new Error(`connect postgres://tasks:hunter2@db:5432/tasks with ${TOKEN}`) }, 'x');
      logger.info({ url: '/verify?a=1&token=s3cr3tvalue&b=2', next: '/reset?code=s3cr3tvalue' }, 'x');
    });
    expect(text).not.toMatch(/eyJ|abcDEF123|hunter2|s3cr3tvalue/);
    expect(text).toContain('postgres://tasks:[redacted]@db:5432/tasks');
    expect(text).toContain('a=1&token=[redacted]&b=2');
  });

  it('shows of an error what went wrong and why, not what a driver hangs on it', () => {
    const cause = Object.assign(new Error('duplicate'), {
      code: '23505',
      detail: 'Key (email)=(ada@x.y)',
      query: 'SELECT 1',
    });
    const { line, text } = logged((logger) => logger.error({ err: new TypeError('failed', { cause }) }, 'x'));
    expect(line['err']).toMatchObject({
      type: 'TypeError',
      message: 'failed',
      stack: expect.stringContaining('logging.spec'),
      cause: { type: 'Error', message: 'duplicate', code: '23505' },
    });
    expect(text).not.toMatch(/ada@x.y|SELECT/);
  });

  it('survives what cannot be shown: circles, depth, objects of unknown classes', () => {
    class Connection {
      readonly hidden = 'in the instance';
    }
    const circle: Record<string, unknown> = {};
    circle['self'] = circle;
    const { line, text } = logged((logger) =>
      logger.info({ circle, connection: new Connection(), at: new Date(0) }, 'x'),
    );
    expect(line).toMatchObject({ connection: '[Connection]', at: '1970-01-01T00:00:00.000Z' });
    expect(text).not.toContain('in the instance');
  });

  it('carries what Nest says, with its context and its errors', () => {
    const { line } = logged((logger) => new NestLogger(logger).error(new Error('no route'), 'stack text', 'Router'));
    expect(line).toMatchObject({ level: 'error', context: 'Router', err: { message: 'no route' }, msg: 'no route' });
    const { line: said } = logged((logger) => new NestLogger(logger).warn('careful', 'Router'));
    expect(said).toMatchObject({ level: 'warn', context: 'Router', msg: 'careful' });
  });

  it('is readable on a terminal', () => {
    const { text } = logged((logger) => logger.warn({ ring: 'access-tokens', at: { n: 1 } }, 'the ring lags'));
    const colour = new RegExp(`${String.fromCharCode(27)}\\[\\d+m`, 'g');
    const plain = prettyLine(text).replace(colour, '');
    expect(plain).toMatch(/^\d\d:\d\d:\d\d\.\d{3} WARN {2}the ring lags ring=access-tokens at=\{"n":1\}\n$/);
    expect(prettyLine('no JSON\n')).toBe('no JSON\n');
  });
});
