import { describe, expect, it, jest } from '@jest/globals';
import { type SigningAlgorithm, toJwks } from '@keyturn/keyring/document';
import { createLocalJWKSet, importJWK, type JSONWebKeySet, type JWK, jwtVerify, SignJWT } from 'jose';
import { generateKey } from '../src/keys/index.js';
import { parsePolicy } from '../src/local/index.js';
import { createRing } from '../src/planner/index.js';

jest.setTimeout(60_000);

const ALGORITHMS = ['ES256', 'ES384', 'EdDSA', 'RS256', 'PS256'] as const;

/** As a system that has never heard of rings keeps it. */
async function existing(algorithm: SigningAlgorithm): Promise<JWK> {
  const { jwk } = await generateKey(algorithm);
  const { use: _use, alg: _alg, ...key } = jwk as unknown as JWK;
  return { ...key, kid: 'old', key_ops: ['sign'], ext: true };
}

const imported = (algorithm: SigningAlgorithm, jwk: unknown) =>
  parsePolicy('tokens', { type: 'SigningKey', algorithm, import: { jwk } });

const PRIVATE = ['d', 'p', 'q', 'dp', 'dq', 'qi'];
const halves = (jwk: JWK): [secret: object, open: object] => {
  const members = Object.entries(jwk);
  const part = (secret: boolean): object =>
    Object.fromEntries(members.filter(([name]) => PRIVATE.includes(name) === secret));
  return [part(true), part(false)];
};

describe('a signing key that is imported', () => {
  it.each(ALGORITHMS)('of %s goes on: alone or in a JWKS, what it signed before is verified', async (algorithm) => {
    const jwk = await existing(algorithm);
    const token = await new SignJWT({})
      .setProtectedHeader({ alg: algorithm, kid: 'old' })
      .setSubject('u1')
      .sign(await importJWK(jwk, algorithm));
    for (const given of [jwk, { keys: [jwk] }]) {
      const { policy } = await imported(algorithm, given);
      if (!policy?.imported) throw new Error('nothing was imported');
      const ring = createRing({ ...policy, ringId: 'r' }, policy.imported, await generateKey(algorithm), 0);
      const published = createLocalJWKSet(toJwks(ring) as unknown as JSONWebKeySet);
      expect((await jwtVerify(token, published)).payload.sub).toBe('u1');
    }
  });

  it.each(ALGORITHMS)('of %s is refused when its public half is of another pair', async (algorithm) => {
    const [[secret], [, open]] = [halves(await existing(algorithm)), halves(await existing(algorithm))];
    const problem = expect.stringMatching(/^import: jwk: (its private|must be a private key for the algo)/);
    expect(await imported(algorithm, { ...open, ...secret })).toEqual({ problems: [problem] });
  });

  it('is refused in a JWKS of several or none, and without its private half: the rule is named, the key is not', async () => {
    const [one, other] = [await existing('ES256'), await existing('ES256')];
    const [, open] = halves(one);
    const rule = 'import.jwk: must be a private JWK, or a JWKS with exactly one key: the one that signs';
    for (const keys of [[one, other], [], 'none'])
      expect(await imported('ES256', { keys })).toEqual({ problems: [rule] });
    const missing = expect.stringMatching(/^import\.jwk\.d: /);
    expect(await imported('ES256', { keys: [open] })).toEqual({ problems: [missing] });
  });
});
