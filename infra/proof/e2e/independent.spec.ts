import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { type Platform, startPlatform } from '@keyturn/local';
import { createFileTruthStore } from '@keyturn/operator';
import { type PostgresServer, startPostgres } from '@keyturn/postgres';
import {
  connections,
  findPython,
  httpMailbox,
  Ledger,
  platformOptions,
  rotate,
  SHORT,
  TOKEN_RING,
  type TokenAlgorithm,
  verifyWithPyJwt,
  Visitor,
} from '@keyturn/proof';

const ALGORITHMS: readonly TokenAlgorithm[] = ['ES256', 'ES384', 'RS256', 'PS256', 'EdDSA', 'HS256'];
const AUDIENCE = 'keyturn';
const python = await findPython();
const why = 'missing' in python ? `, skipped: ${python.missing}` : '';

/** The same signature with one bit turned. */
const tampered = (token: string): string => {
  const [header = '', payload = '', signature = ''] = token.split('.');
  const bytes = Buffer.from(signature, 'base64url');
  bytes[10] = (bytes[10] ?? 0) ^ 1;
  return `${header}.${payload}.${bytes.toString('base64url')}`;
};

describe('PyJWT, which shares no code with us', () => {
  const dispatcher = connections(1);
  let postgres: PostgresServer;
  let platform: Platform | undefined;

  beforeAll(async () => {
    postgres = await startPostgres({});
  });

  afterEach(async () => {
    await platform?.stop();
    platform = undefined;
  });

  afterAll(async () => {
    await postgres?.stop();
    await dispatcher.destroy();
  });

  const start = async (algorithm: TokenAlgorithm): Promise<{ platform: Platform; visitor: Visitor }> => {
    const databaseUrl = postgres.url('postgres');
    const processes = { auth: 1, tasks: 1 };
    platform = await startPlatform({ ...platformOptions(algorithm, SHORT), databaseUrl, processes });
    const { url: origin, mailUrl } = platform;
    const mailbox = httpMailbox(mailUrl);
    const shared = { origin, ledger: new Ledger(), dispatcher, mailbox, lives: SHORT };
    const visitor = new Visitor({ ...shared, sleep: (ms) => sleep(ms) });
    expect(await visitor.signUp()).toBe(true);
    return { platform, visitor };
  };

  /** What a holder of a shared secret knows; nothing for signing keys. */
  const secretsOf = async ({ places }: Platform): Promise<Record<string, string>> => {
    const ring = await createFileTruthStore(places.state).read(TOKEN_RING);
    return Object.fromEntries(ring?.keys.flatMap(({ kid, secret }) => (secret ? [[kid, secret]] : [])) ?? []);
  };

  (why === '' ? it : it.skip).each(ALGORITHMS)(
    `accepts %s tokens of before and after a rotation${why}`,
    async (algorithm) => {
      const { platform: running, visitor } = await start(algorithm);
      const before = await visitor.getToken();
      await rotate(running.places.state, TOKEN_RING);
      let after = await visitor.getToken();
      for (let n = 0; n < 100 && after?.kid === before?.kid; n++) {
        await sleep(50);
        after = await visitor.getToken();
      }
      expect(before && after && before.kid !== after.kid).toBe(true);
      const tokens = [before?.value ?? '', after?.value ?? '', tampered(after?.value ?? '')];
      const jwksUrl = `${running.url}/.well-known/jwks.json`;
      if ('missing' in python) throw new Error(python.missing);
      const opinions = await verifyWithPyJwt(python, {
        jwksUrl,
        issuer: running.url,
        audience: AUDIENCE,
        secrets: await secretsOf(running),
        tokens: tokens.map((token) => ({ algorithm, token })),
      });
      expect(opinions).toEqual([
        {
          kid: before?.kid,
          claims: expect.objectContaining({ sub: before?.sub, email: visitor.email, iss: running.url }),
        },
        {
          kid: after?.kid,
          claims: expect.objectContaining({ sub: after?.sub, email: visitor.email, iss: running.url }),
        },
        { error: 'InvalidSignatureError' },
      ]);
      const jwks = await (await fetch(jwksUrl)).text();
      expect(JSON.parse(jwks)).toMatchObject({ keys: expect.any(Array) });
      expect(jwks).not.toMatch(/"(d|p|q|dp|dq|qi|k)":/);
    },
  );
});
