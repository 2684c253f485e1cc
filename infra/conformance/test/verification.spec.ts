import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { createHmac, createPrivateKey, generateKeyPairSync, randomUUID, sign } from 'node:crypto';
import { exportJWK, SignJWT } from 'jose';
import { findCandidates, makeCanary, makeOpaqueCanary, makeToken, type Running } from '../src/index.js';
import { Pod, Pods } from './pod.js';

const RING = 'access-tokens';
const ROUTE = '/api/anna/reports/access';
const pods = new Pods();
afterEach(() => pods.clear());

const encode = (value: unknown): string =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');

/** Signed with the ring's own key, whatever the texts are: what is wrong with it is only how it is written. */
function signText(pod: Pod, header: string, payload: string): string {
  const key = createPrivateKey({ key: { ...pod.ring.active.jwk }, format: 'jwk' });
  const signed = `${encode(header)}.${encode(payload)}`;
  return `${signed}.${sign('sha256', Buffer.from(signed), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`;
}

/** One forged token for each kind of attack. */
async function forgeries(pod: Pod): Promise<Record<string, string>> {
  const ring = pod.ring.document();
  const { kid, jwk } = pod.ring.active;
  const good = await makeToken(ring);
  const [header = '', payload = '', signature = ''] = good.split('.');
  const text = Buffer.from(payload, 'base64url').toString();
  const claims = JSON.parse(text) as Record<string, unknown>;
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const own = (extra: Record<string, unknown>): Promise<string> =>
    new SignJWT(claims).setProtectedHeader({ alg: 'ES256', kid, ...extra }).sign(privateKey);
  const hmacHead = `${encode({ alg: 'HS256', kid })}.${payload}`;
  const hmac = (key: string): string => `${hmacHead}.${createHmac('sha256', key).update(hmacHead).digest('base64url')}`;
  const last = Buffer.from(signature, 'base64url');
  return {
    'alg none': `${encode({ alg: 'none', kid })}.${payload}.`,
    'alg none with a signature': `${encode({ alg: 'none', kid })}.${payload}.${signature}`,
    'HS256 under the public key': hmac(jwk?.x ?? ''),
    'another key': await own({}),
    'a key in the header': await own({ jwk: await exportJWK(publicKey) }),
    'the address of a key set': await own({ jku: `${pod.server.url}/jwks.json`, x5u: `${pod.server.url}/key.pem` }),
    'a critical header': await makeToken(ring, { header: { crit: ['b64'], b64: true } }),
    'no kid': await makeToken(ring, { header: { kid: undefined } }),
    'a canary': await makeCanary(ring, kid),
    'a foreign issuer': await makeToken(ring, { claims: { iss: 'https://other.example' } }),
    'a foreign audience': await makeToken(ring, { claims: { aud: ['billing'] } }),
    'no expiry': await makeToken(ring, { claims: { exp: undefined } }),
    'an expiry that is a text': await makeToken(ring, { claims: { exp: '9999999999' } }),
    'an expired token': await makeToken(ring, { claims: { exp: Math.floor(Date.now() / 1000) - 60 } }),
    'a token of tomorrow': await makeToken(ring, { claims: { nbf: Math.floor(Date.now() / 1000) + 86_400 } }),
    'roles that are no list': await makeToken(ring, { claims: { roles: { admin: true } } }),
    'no subject': await makeToken(ring, { claims: { sub: undefined } }),
    'a changed payload': `${header}.${encode({ ...claims, role: 'admin' })}.${signature}`,
    'another algorithm than the one of its key': signText(pod, `{"alg":"RS256","kid":"${kid}"}`, text),
    'alg none under a good signature': signText(pod, `{"alg":"none","kid":"${kid}"}`, text),
    'a duplicate member': signText(pod, `{"alg":"ES256","alg":"ES256","kid":"${kid}"}`, text),
    'a duplicate claim': signText(pod, `{"alg":"ES256","kid":"${kid}"}`, text.replace('{', '{"role":"admin",')),
    'a claim duplicated by an escape': signText(
      pod,
      `{"alg":"ES256","kid":"${kid}"}`,
      text.replace('{', '{"r\\u006fle":"admin",'),
    ),
    'claims after a byte order mark': signText(pod, `{"alg":"ES256","kid":"${kid}"}`, `\ufeff${text}`),
    padding: `${good}=`,
    'a fourth segment': `${good}.x`,
    'a signature in DER': `${header}.${payload}.${Buffer.concat([Buffer.from([0x30, 68]), last]).toString('base64url')}`,
    'a short signature': `${header}.${payload}.${last.subarray(0, 40).toString('base64url')}`,
    'unused bits': `${good.slice(0, -1)}${good.endsWith('A') ? 'B' : String.fromCharCode(good.charCodeAt(good.length - 1) + 1)}`,
    nothing: '.',
  };
}

for (const candidate of await findCandidates()) {
  const { missing } = candidate;
  const suite = missing === undefined ? describe : describe.skip;
  suite(`verification by ${candidate.name}${missing === undefined ? '' : `, skipped: ${missing}`}`, () => {
    describe('of access tokens', () => {
      let pod: Pod;
      let running: Running;
      beforeAll(async () => {
        pod = await Pod.create(candidate);
        running = await pod.startReady();
      });
      afterAll(() => pod.remove());

      it('lets a good one in, and knows the user', async () => {
        const good = await makeToken(pod.ring.document());
        const [header = '', payload = ''] = good.split('.').map((part) => Buffer.from(part, 'base64url').toString());
        expect((await running.call(ROUTE, signText(pod, header, payload))).status).toBe(200);
        const answer = await running.call(ROUTE, good);
        expect(answer).toMatchObject({ status: 200, body: { userId: 'anna', method: 'ring', roles: ['user'] } });
      });

      it('refuses every forged one with 401 and a challenge, and repeats nothing of it', async () => {
        for (const [attack, token] of Object.entries(await forgeries(pod))) {
          const { status, headers, body } = await running.call(ROUTE, token);
          expect({ attack, status }).toEqual({ attack, status: 401 });
          expect(headers.get('www-authenticate')).toMatch(
            /^Bearer realm="keyturn", error="invalid_token", error_description="[^"]+"$/,
          );
          expect(headers.get('content-type')).toContain('application/problem+json');
          expect(body).toMatchObject({
            status: 401,
            title: 'Unauthorized',
            code: expect.stringMatching(/^ERR_TOKEN_/),
          });
        }
        expect(running.output()).not.toContain('eyJ');
      });

      it('asks for a credential without an error when there is none', async () => {
        const { status, headers, body } = await running.call(ROUTE);
        expect({ status, body }).toMatchObject({ status: 401, body: { code: 'ERR_TOKEN_MISSING' } });
        expect(headers.get('www-authenticate')).toBe('Bearer realm="keyturn"');
      });

      it('keeps users and roles apart: 403', async () => {
        const token = await makeToken(pod.ring.document());
        const other = await running.call('/api/berta/reports/access', token);
        expect(other).toMatchObject({ status: 403, body: { code: 'ERR_PATH_USER' } });
        expect(other.headers.get('www-authenticate')).toContain('error="insufficient_scope"');
        expect(await running.call('/api/anna/reports/keys', token)).toMatchObject({
          status: 403,
          body: { code: 'ERR_ROLE_REQUIRED' },
        });
        const admin = await makeToken(pod.ring.document(), { claims: { role: 'user,admin' } });
        expect((await running.call('/api/anna/reports/keys', admin)).status).toBe(200);
      });

      it('accepts the canary of a pending key, and refuses what is no good canary', async () => {
        const ring = pod.ring.document();
        const { kid } = pod.ring.standby;
        expect(await running.canary(RING, await makeCanary(ring, kid))).toEqual({ accepted: true, kid });
        const past = Math.floor(Date.now() / 1000) - 60;
        const refused: Record<string, [string, string]> = {
          'an access token': [await makeToken(ring, { kid }), 'ERR_TOKEN_TYPE'],
          'another audience': [await makeCanary(ring, kid, { aud: 'keyturn' }), 'ERR_TOKEN_AUDIENCE'],
          'another issuer': [await makeCanary(ring, kid, { iss: 'https://other.example' }), 'ERR_TOKEN_ISSUER'],
          'an expired one': [await makeCanary(ring, kid, { exp: past }), 'ERR_TOKEN_EXPIRED'],
          'no token': ['no token', 'ERR_TOKEN_MALFORMED'],
        };
        for (const [what, [credential, reason]] of Object.entries(refused)) {
          const result = await running.canary(RING, credential);
          expect({ what, result }).toEqual({ what, result: { accepted: false, reason } });
        }
      });
    });

    it('refuses a revoked key from the moment the receipt says so, and goes on with the heir', async () => {
      const pod = await pods.create(candidate);
      const running = await pod.startReady();
      const leaked = pod.ring.active.kid;
      const token = await makeToken(pod.ring.document());
      expect((await running.call(ROUTE, token)).status).toBe(200);
      pod.ring.compromise(leaked);
      const generation = await pod.reach(running);
      expect(await running.call(ROUTE, token)).toMatchObject({ status: 401, body: { code: 'ERR_TOKEN_UNKNOWN_KEY' } });
      expect((await running.call(ROUTE, await makeToken(pod.ring.document()))).status).toBe(200);
      expect((await running.receipt(RING)).kids).not.toContain(leaked);
      await running.kill();
      pod.server.answer('none');
      const again = await pod.startReady();
      expect((await again.receipt(RING)).loaded).toBe(generation);
      expect((await again.call(ROUTE, token)).status).toBe(401);
    });

    it('accepts old and new tokens all through a rotation', async () => {
      const pod = await pods.create(candidate);
      const running = await pod.startReady();
      const tokens = [await makeToken(pod.ring.document())];
      for (let turn = 0; turn < 3; turn++) {
        await pod.ring.rotate();
        await pod.reach(running);
        tokens.push(await makeToken(pod.ring.document()));
      }
      const statuses = await Promise.all(tokens.map(async (token) => (await running.call(ROUTE, token)).status));
      expect(statuses).toEqual([200, 200, 200, 200]);
    });

    it('fetches once for an unknown kid, and a flood of random kids neither reaches the servers nor keeps a new key out', async () => {
      const pod = await pods.create(candidate);
      const running = await pod.startReady();
      const foreign = (): Promise<string> => makeToken(pod.ring.document(), { header: { kid: randomUUID() } });
      const flood = await Promise.all(Array.from({ length: 60 }, foreign));
      const began = performance.now();
      const before = pod.server.asked();
      const answers = flood.map((token) => running.call(ROUTE, token));
      const kid = await pod.ring.addPending();
      pod.ring.activate(kid);
      pod.publish();
      const fresh = await running.call(ROUTE, await makeToken(pod.ring.document()));
      expect(fresh.status).toBe(200);
      expect(new Set((await Promise.all(answers)).map(({ status }) => status))).toEqual(new Set([401]));
      const seconds = (performance.now() - began) / 1000;
      // One look and one fetch a second, and what was under way.
      expect(pod.server.asked() - before).toBeLessThanOrEqual(2 * Math.ceil(seconds) + 3);
    });

    it('answers 503 with Retry-After, never 401, when the ring was not confirmed for longer than the hard limit', async () => {
      const pod = await pods.create(candidate, { settings: { hardLimitMs: 3000 } });
      const running = await pod.startReady();
      const token = await makeToken(pod.ring.document());
      expect((await running.call(ROUTE, token)).status).toBe(200);
      pod.server.answer('unconfirmed');
      await running.until('the hard limit has passed', async () => !(await running.ready()));
      const answer = await running.call(ROUTE, token);
      expect(answer).toMatchObject({ status: 503, body: { code: 'ERR_KEY_SOURCE_UNAVAILABLE' } });
      expect(answer.headers.has('retry-after')).toBe(true);
      expect(answer.headers.has('www-authenticate')).toBe(false);
      expect((await running.canary(RING, await makeCanary(pod.ring.document(), pod.ring.standby.kid))).accepted).toBe(
        false,
      );
      pod.server.answer('all');
      await running.untilReady();
      expect((await running.call(ROUTE, token)).status).toBe(200);
    });

    it.each(['ES384', 'RS256', 'PS256', 'EdDSA', 'HS256'] as const)(
      'verifies %s, and its canary',
      async (algorithm) => {
        const pod = await pods.create(candidate, { algorithm });
        if (algorithm === 'HS256') await pod.mount.swap(pod.ring.document());
        const running = await pod.startReady();
        const ring = pod.ring.document();
        expect((await running.call(ROUTE, await makeToken(ring))).status).toBe(200);
        const { kid } = pod.ring.standby;
        expect(await running.canary(RING, await makeCanary(ring, kid))).toEqual({ accepted: true, kid });
        const tampered = (await makeToken(ring)).replace(/.{8}$/, 'AAAAAAAA');
        expect((await running.call(ROUTE, tampered)).status).toBe(401);
      },
    );

    it('never accepts an opaque canary under a secret that it does not hold', async () => {
      const pod = await pods.create(candidate, { algorithm: 'HS256' });
      await pod.mount.swap(pod.ring.document());
      const running = await pod.startReady();
      const result = await running.canary(RING, makeOpaqueCanary(pod.ring.document(), pod.ring.standby.kid));
      expect(result.accepted).toBe(false);
    });
  });
}
