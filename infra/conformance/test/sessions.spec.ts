import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { type PostgresServer, startPostgres } from '@keyturn/postgres';
import { Client } from 'pg';
import { type Candidate, findCandidates, makeOpaqueCanary, type Running, signCookie } from '../src/index.js';
import { Pod } from './pod.js';

const RING = 'session-secret';
const ROUTE = '/api/anna/reports/access';
const COOKIE = 'better-auth.session_token';
const TOKEN = randomBytes(24).toString('hex');

const TABLES = `
  CREATE TABLE "user" (id text PRIMARY KEY, email text, "emailVerified" boolean, role text);
  CREATE TABLE session (token text PRIMARY KEY, "userId" text REFERENCES "user", "expiresAt" timestamptz);
  INSERT INTO "user" VALUES ('anna', 'anna@example.com', true, 'user');
  INSERT INTO session VALUES ('${TOKEN}', 'anna', now() + interval '1 hour'), ('past', 'anna', now() - interval '1 hour');`;

/** A pod that looks sessions up in a real database, its ring of opaque secrets mounted. */
async function createSessionPod(candidate: Candidate, url: string): Promise<Pod> {
  const variables = { KEYTURN_SESSION_DATABASE_URL: url, KEYTURN_SESSION_COOKIES: COOKIE };
  const pod = await Pod.create(candidate, { ring: RING, algorithm: 'opaque' }, variables);
  await pod.mount.swap(pod.ring.document());
  return pod;
}

let postgres: PostgresServer;
let url = '';
beforeAll(async () => {
  postgres = await startPostgres();
  await postgres.createDatabase('sessions');
  url = postgres.url('sessions');
  const client = new Client({ connectionString: url });
  await client.connect();
  await client.query(TABLES);
  await client.end();
});
afterAll(() => postgres.stop());

for (const candidate of await findCandidates()) {
  const { missing } = candidate;
  const suite = missing === undefined ? describe : describe.skip;
  suite(`sessions looked up by ${candidate.name}${missing === undefined ? '' : `, skipped: ${missing}`}`, () => {
    let pod: Pod;
    let running: Running;
    beforeAll(async () => {
      pod = await createSessionPod(candidate, url);
      running = await pod.startReady();
    });
    afterAll(() => pod.remove());
    const withCookie = (cookie: string) => running.call(ROUTE, undefined, { cookie: `${COOKIE}=${cookie}` });

    it('are found by the raw token as bearer, and by the cookie that an accepted secret signed', async () => {
      const known = { status: 200, body: { userId: 'anna', method: 'session', roles: ['user'] } };
      expect(await running.call(ROUTE, TOKEN)).toMatchObject(known);
      const secret = pod.ring.active.secret ?? '';
      expect(await withCookie(signCookie(secret, TOKEN))).toMatchObject(known);
      expect(await running.call(ROUTE, signCookie(secret, TOKEN))).toMatchObject(known);
    });

    it('are refused when unknown, ended, unsigned in a cookie, or signed with another secret', async () => {
      const secret = pod.ring.active.secret ?? '';
      expect(await running.call(ROUTE, 'unknown')).toMatchObject({
        status: 401,
        body: { code: 'ERR_SESSION_UNKNOWN' },
      });
      expect(await running.call(ROUTE, 'past')).toMatchObject({ status: 401, body: { code: 'ERR_SESSION_UNKNOWN' } });
      for (const cookie of [TOKEN, signCookie('x'.repeat(43), TOKEN), `${signCookie(secret, TOKEN)}x`]) {
        expect(await withCookie(cookie)).toMatchObject({ status: 401, body: { code: 'ERR_TOKEN_SIGNATURE' } });
      }
    });

    it('answer the canary of the standby, and no other', async () => {
      const { kid } = pod.ring.standby;
      expect(await running.canary(RING, makeOpaqueCanary(pod.ring.document(), kid))).toEqual({ accepted: true, kid });
      expect((await running.canary(RING, `nonce.${randomBytes(32).toString('base64url')}`)).accepted).toBe(false);
    });

    it('go on through a rotation of the secret, and end with a secret that is revoked', async () => {
      const [old, leaked] = [pod.ring.active.secret ?? '', pod.ring.active.kid];
      await pod.ring.rotate();
      await pod.mount.swap(pod.ring.document());
      await pod.reach(running);
      expect((await running.receipt(RING)).role).toBe('holder');
      expect((await withCookie(signCookie(old, TOKEN))).status).toBe(200);
      expect((await withCookie(signCookie(pod.ring.active.secret ?? '', TOKEN))).status).toBe(200);
      pod.ring.compromise(leaked);
      await pod.mount.swap(pod.ring.document());
      await pod.reach(running);
      expect((await withCookie(signCookie(old, TOKEN))).status).toBe(401);
      expect((await withCookie(signCookie(pod.ring.active.secret ?? '', TOKEN))).status).toBe(200);
    });

    it('are not called bad while the table cannot be asked: 503 with Retry-After', async () => {
      const whileDown = async (): Promise<void> => {
        const answer = await running.call(ROUTE, 'a-session-token');
        expect(answer).toMatchObject({ status: 503, body: { code: 'ERR_KEY_SOURCE_UNAVAILABLE' } });
        expect(answer.headers.has('retry-after')).toBe(true);
      };
      await postgres.restart({ how: 'crash', whileDown });
      await running.until('the table is asked again', async () => (await running.call(ROUTE, 'past')).status === 401);
      expect((await running.call(ROUTE, TOKEN)).status).toBe(200);
    });

    it('are still answered by a process that was told to end, which is not ready any more', async () => {
      const ending = await createSessionPod(candidate, url);
      try {
        const last = await ending.startReady();
        last.signal('SIGTERM');
        await last.until('it is not ready any more', async () => !(await last.ready()));
        const answer = await last.call(ROUTE, TOKEN);
        expect([answer.status, answer.headers.get('connection')]).toEqual([200, 'close']);
        expect(await last.terminate()).toBe(0);
      } finally {
        await ending.remove();
      }
    });
  });
}
