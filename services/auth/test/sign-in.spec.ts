import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { PostgresServer } from '@keyturn/postgres';
import { createRemoteJWKSet, decodeJwt, decodeProtectedHeader, jwtVerify } from 'jose';
import { startPostgres, World } from './support/platform.js';
import { ISSUER } from './support/ring.js';

let postgres: PostgresServer;
let world: World;

beforeAll(async () => {
  postgres = await startPostgres();
  world = await World.create(postgres);
  await world.start();
}, 60_000);

afterAll(async () => {
  await world?.stop();
  await postgres?.stop();
});

const ada = { email: 'ada@example.test', password: 'correct horse battery', name: 'Ada' };

describe('a user who signs up', () => {
  it('gets a token that anyone verifies with the published keys', async () => {
    const browser = world.browser();
    expect((await browser.post('/sign-up/email', ada)).status).toBe(200);
    expect(await browser.whoAmI()).toBe(ada.email);

    const token = await browser.token();
    const keys = createRemoteJWKSet(new URL(`${world.replicas[0]!.url}/.well-known/jwks.json`));
    const { payload } = await jwtVerify(token, keys, { issuer: ISSUER, audience: 'keyturn' });
    const told = { email: ada.email, email_verified: false, role: 'user', permissions: ['tasks:read', 'tasks:write'] };
    expect(payload).toMatchObject(told);
    expect(payload.exp! - payload.iat!).toBe(900);
    expect(payload.jti).toEqual(expect.any(String));
    await browser.open((await world.mail.newest(ada.email, /verify/i)).link);
    expect(decodeJwt(await browser.token())).toMatchObject({ ...told, email_verified: true });
    expect(decodeProtectedHeader(token)).toEqual({ typ: 'JWT', alg: 'ES256', kid: world.tokens.inState('active').kid });
  });
});
