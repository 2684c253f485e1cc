import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { RingDocument } from '@keyturn/keyring/document';
import { generateKey } from '@keyturn/operator';
import { errors, importJWK, jwtVerify } from 'jose';
import { Agent } from 'undici';
import { Browser } from '../src/load/browser.js';
import type { AccessToken } from '../src/load/credential.js';
import { askByCanary, askByRoute, watchProcess } from '../src/revocation/probe.js';

const KID = 'leaked';
const HOUR_MS = 3_600_000;

/** A process that verifies canaries of the key, by its own clock, until it is told of the revocation. */
describe('a process that is asked whether it accepts a leaked key', () => {
  const dispatcher = new Agent();
  let server: Server;
  let url: string;
  let stolen: RingDocument;
  let now: number;
  let revoked: boolean;
  /** What the guarded route answers. */
  let problem: { readonly status: number; readonly code: string };

  beforeAll(async () => {
    const { jwk } = await generateKey('ES256');
    stolen = { ring: 'tokens', algorithm: 'ES256', keys: [{ kid: KID, state: 'active', jwk }] } as never;
    const { d: _, ...published } = jwk as unknown as Record<string, string>;
    const key = await importJWK(published, 'ES256');
    const judge = async (credential: string): Promise<object> => {
      if (revoked) return { accepted: false, reason: 'no accepted key has this kid' };
      return jwtVerify(credential, key, { currentDate: new Date(now) }).then(
        () => ({ accepted: true }),
        (error: unknown) => ({ accepted: false, reason: (error as errors.JOSEError).message }),
      );
    };
    server = createServer((request, response) => {
      if (request.method === 'GET') {
        response.writeHead(problem.status).end(JSON.stringify({ code: problem.code }));
        return;
      }
      let body = '';
      request.on('data', (chunk) => (body += String(chunk)));
      request.on('end', () =>
        judge((JSON.parse(body) as { credential: string }).credential).then((said) =>
          response.end(JSON.stringify(said)),
        ),
      );
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });

  beforeEach(() => {
    now = Date.now();
    revoked = false;
  });

  afterAll(async () => {
    await dispatcher.destroy();
    server.close();
    server.closeAllConnections();
  });

  /** Everything that the process says while the time goes on by hours, and what came of it. */
  const watch = async (questions: number) => {
    const stop = new AbortController();
    const ask = askByCanary(url, stolen, KID, () => now);
    let asked = 0;
    const next = async (): Promise<boolean | undefined> => {
      const said = await ask();
      now += HOUR_MS;
      if (++asked === questions) stop.abort();
      return said;
    };
    return watchProcess('auth-1', next, stop.signal);
  };

  it('has not refused it when it accepts it for ever, however long that is', async () => {
    const refusal = await watch(5);
    expect(refusal).toMatchObject({ probes: 5, firstRefusedAt: undefined, wavered: false });
    expect(refusal.lastAcceptedAt).toBeGreaterThan(0);
  });

  it('has refused it when it knows the key no more', async () => {
    revoked = true;
    expect(await watch(2)).toMatchObject({ lastAcceptedAt: 0, firstRefusedAt: expect.any(Number), wavered: false });
  });

  it('has said nothing of the key when it finds the canary expired, or the token', async () => {
    const late = askByCanary(url, stolen, KID, () => now - HOUR_MS);
    expect(await late()).toBeUndefined();
    const token: AccessToken = { value: 'x', kid: KID, sub: 'u1', fingerprint: '', issuedAt: 0, endsAt: 0 };
    const ask = askByRoute(new Browser({ origin: url, ledger: { append: () => undefined }, dispatcher }), url, token);
    problem = { status: 401, code: 'ERR_TOKEN_EXPIRED' };
    expect(await ask()).toBeUndefined();
    problem = { status: 401, code: 'ERR_TOKEN_UNKNOWN_KEY' };
    expect(await ask()).toBe(false);
  });
});
