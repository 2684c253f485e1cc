import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { CANARY_AUDIENCE, CANARY_TYP, type RingAlgorithm } from '@keyturn/keyring';
import type { PostgresServer } from '@keyturn/postgres';
import { createHmac, randomBytes } from 'node:crypto';
import { createLocalJWKSet, decodeProtectedHeader, importJWK, type JSONWebKeySet, jwtVerify, SignJWT } from 'jose';
import { signIn, signUp } from './support/people.js';
import { startPostgres, World, type WorldOptions } from './support/platform.js';
import { ISSUER } from './support/ring.js';
import { until } from './support/until.js';

let postgres: PostgresServer;
let world: World;

beforeAll(async () => {
  postgres = await startPostgres();
}, 60_000);

afterEach(() => world?.stop());
afterAll(() => postgres?.stop());

const start = async (options: WorldOptions = {}) => {
  world = await World.create(postgres, options);
  await world.start();
};

const wellKnown = (name: string, headers: Record<string, string> = {}) =>
  fetch(`${world.replicas[0]!.url}/.well-known/${name}`, { headers });

const published = async () =>
  (await (await wellKnown('jwks.json')).json()) as JSONWebKeySet & { keyturn: { ring: string; generation: number } };

const expected = { issuer: ISSUER, audience: 'keyturn' };

describe.each(['ES256', 'ES384', 'RS256', 'PS256', 'EdDSA'] satisfies RingAlgorithm[])(
  'a ring of %s keys',
  (algorithm) => {
    it('signs, publishes, rotates and accepts canaries', async () => {
      await start({ tokenAlgorithm: algorithm });
      const browser = world.browser();
      await signUp(browser);
      const first = await browser.token();
      const pending = world.tokens.inState('pending');
      const canary = await new SignJWT({})
        .setProtectedHeader({ typ: CANARY_TYP, alg: algorithm, kid: pending.kid })
        .setIssuer(ISSUER)
        .setAudience(CANARY_AUDIENCE)
        .setIssuedAt()
        .setExpirationTime('1m')
        .sign(await importJWK({ ...pending.jwk! }, algorithm));
      expect(await world.replicas[0]!.canary('access-tokens', canary)).toMatchObject({
        accepted: true,
        kid: pending.kid,
      });

      await world.tokens.rotate();
      await world.settled();
      const second = await browser.token();
      const jwks = await published();
      expect(jwks.keyturn).toEqual({ ring: 'access-tokens', generation: 2 });
      expect(jwks.keys).toHaveLength(3);
      for (const token of [first, second]) await jwtVerify(token, createLocalJWKSet(jwks), expected);
      expect(decodeProtectedHeader(second).kid).toBe(pending.kid);
      expect(JSON.stringify(jwks)).not.toMatch(/"(d|p|q|dp|dq|qi|k)":/);
      const discovery = (await (await wellKnown('openid-configuration')).json()) as Record<string, unknown>;
      expect(discovery).toMatchObject({
        issuer: ISSUER,
        jwks_uri: `${ISSUER}/.well-known/jwks.json`,
        id_token_signing_alg_values_supported: [algorithm],
      });
    });
  },
);

describe('a ring of shared secrets', () => {
  it('signs HS256 and publishes no key', async () => {
    await start({ tokenAlgorithm: 'HS256' });
    const browser = world.browser();
    await signUp(browser);
    const secret = world.tokens.inState('active').secret!;
    const { payload } = await jwtVerify(await browser.token(), Buffer.from(secret, 'base64url'), expected);
    expect(payload).toMatchObject({ role: 'user' });
    const response = await wellKnown('jwks.json');
    const text = await response.text();
    expect(JSON.parse(text)).toEqual({ keys: [], keyturn: { ring: 'access-tokens', generation: 1 } });
    expect(text).not.toContain(secret);
    expect((await browser.get('/jwks')).status).toBe(404);
  });
});

describe('the published keys', () => {
  it('may be cached until the next key signs, and no longer than 5 minutes while a rotation runs', async () => {
    await start({ tokens: { settings: { rotationIntervalMs: 120_000 } } });
    const maxAge = async () =>
      Number(/max-age=(\d+)/.exec((await wellKnown('jwks.json')).headers.get('cache-control')!)![1]);
    expect(await maxAge()).toBeLessThanOrEqual(120);
    expect(await maxAge()).toBeGreaterThan(60);
    world.tokens.keys = world.tokens.keys.map(({ provenAt: _proven, ...key }) => key);
    await world.tokens.write();
    await world.settled();
    expect(await maxAge()).toBe(300);
  });

  it('answer 304 to who has them, and are for every origin', async () => {
    await start();
    const first = await wellKnown('jwks.json', { origin: 'https://elsewhere.example' });
    expect(first.headers.get('access-control-allow-origin')).toBe('*');
    const etag = first.headers.get('etag')!;
    expect((await wellKnown('jwks.json', { 'if-none-match': etag })).status).toBe(304);
    await world.tokens.rotate();
    await world.settled();
    expect((await wellKnown('jwks.json', { 'if-none-match': etag })).status).toBe(200);
  });
});

describe('a token', () => {
  it('carries what the configuration grants the role, and nobody gives themselves a role', async () => {
    await start({ environment: { KEYTURN_ROLE_PERMISSIONS: 'user=tasks:read,admin=*' } });
    const browser = world.browser();
    const { email } = await signUp(browser);
    const claims = async () => JSON.parse(Buffer.from((await browser.token()).split('.')[1]!, 'base64url').toString());
    expect(await claims()).toMatchObject({ role: 'user', permissions: ['tasks:read'] });
    const body = { email: 'mallory@example.test', password: 'correct horse', name: 'M', role: 'admin' };
    await world.browser().post('/sign-up/email', body);
    await browser.post('/update-user', { role: 'admin' });
    const roles = await world.query<{ role: string }>('select distinct "role" from "user"');
    expect(roles).toEqual([{ role: 'user' }]);
    await world.query('update "user" set "role" = \'admin\' where "email" = $1', [email]);
    expect(await claims()).toMatchObject({ role: 'admin', permissions: ['*'] });
  });

  it('never lives longer than its ring allows', async () => {
    await start({ tokens: { settings: { maxCredentialLifetimeMs: 30_000 } } });
    const browser = world.browser();
    await signUp(browser);
    const { exp, iat } = JSON.parse(Buffer.from((await browser.token()).split('.')[1]!, 'base64url').toString());
    expect(exp - iat).toBe(30);
  });
});

describe('canaries', () => {
  it('of an issuer with another name, an unknown key or a wrong secret are refused', async () => {
    await start();
    const [replica] = world.replicas;
    const pending = world.tokens.inState('pending');
    const canary = async (issuer: string, kid: string) =>
      new SignJWT({})
        .setProtectedHeader({ typ: CANARY_TYP, alg: 'ES256', kid })
        .setIssuer(issuer)
        .setAudience(CANARY_AUDIENCE)
        .setExpirationTime('1m')
        .sign(await importJWK({ ...pending.jwk! }, 'ES256'));
    expect(await replica!.canary('access-tokens', await canary(ISSUER, pending.kid))).toMatchObject({ accepted: true });
    for (const refused of [
      await canary('https://other.example', pending.kid),
      await canary(ISSUER, 'unknown'),
      await canary(ISSUER, world.tokens.inState('active').kid),
      'nonsense',
    ]) {
      expect(await replica!.canary('access-tokens', refused)).toMatchObject({ accepted: false });
    }
  });

  it('of the session secret show that its cookies are accepted', async () => {
    await start();
    const [replica] = world.replicas;
    const canaryOf = (secret: string) => {
      const nonce = randomBytes(16).toString('base64url');
      return `${nonce}.${createHmac('sha256', secret).update(nonce).digest('base64url')}`;
    };
    const pending = world.session.inState('pending');
    const accepted = await replica!.canary('session-secret', canaryOf(pending.secret!));
    expect(accepted).toEqual({ accepted: true, kid: pending.kid });
    const refused = await replica!.canary('session-secret', canaryOf(randomBytes(32).toString('base64url')));
    expect(refused).toMatchObject({ accepted: false });
  });
});

describe('an issuer that has lost contact with the truth', () => {
  it('signs nothing once its lease has ended, goes on reading sessions, and recovers by itself', async () => {
    await start({
      session: { settings: { issuerLeaseMs: 3_000 } },
      tokens: { settings: { issuerLeaseMs: 3_000 } },
    });
    const browser = world.browser();
    const { email } = await signUp(browser);
    const [truth, away] = [join(world.dir, 'truth'), join(world.dir, 'away')];
    await rename(truth, away);
    const untilStatus = (status: number, call: () => Promise<Response>): Promise<Response> =>
      until(`an answer with ${status}`, async () => {
        const response = await call();
        expect([200, 503]).toContain(response.status);
        return response.status === status && response;
      });
    const token = () => browser.get('/token');
    const refused = await untilStatus(503, token);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    await untilStatus(503, () => signIn(world.browser(), email));
    expect(await browser.whoAmI()).toBe(email);
    expect((await wellKnown('jwks.json')).status).toBe(200);
    const leaving = browser.clone();
    expect((await leaving.post('/sign-out')).status).toBe(200);
    expect(await leaving.whoAmI()).toBeNull();

    await rename(away, truth);
    await untilStatus(200, () => signIn(browser, email));
    await untilStatus(200, token);
  });
});
