import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createTokenVerifier, GuardError, type Principal } from '../src/index.js';
import { createTestIssuer } from '../src/testing/index.js';

const ALGORITHMS = ['ES256', 'ES384', 'RS256', 'PS256', 'EdDSA', 'HS256'] as const;

describe.each(ALGORITHMS)('no mutation of a valid %s token is accepted', (algorithm) => {
  const issuer = createTestIssuer({ algorithm });
  const verifier = createTokenVerifier(issuer.guardOptions());
  const good = issuer.mint({ role: 'user', permissions: ['tasks:read'] });
  const other = issuer.mint({ sub: 'user-2', role: 'admin' });
  const runs = { numRuns: 400 };

  /** Undefined = refused with a 401. Anything but a refusal or the good principal fails the test. */
  const verdict = async (token: string): Promise<Principal | undefined> => {
    try {
      return await verifier.verify(token);
    } catch (error) {
      if (error instanceof GuardError && error.statusCode === 401) return undefined;
      throw error;
    }
  };
  const refusesAll = (arbitrary: fc.Arbitrary<string>) =>
    fc.assert(
      fc.asyncProperty(arbitrary, async (token) => {
        fc.pre(token !== good && token !== other);
        expect(await verdict(token)).toBeUndefined();
      }),
      runs,
    );

  const position = fc.nat({ max: good.length - 1 });
  const text = fc.string({ minLength: 1, maxLength: 4, unit: 'binary' });

  it('starting from one that is', async () => expect(await verdict(good)).toMatchObject({ sub: 'user-1' }));

  it('with one character replaced', () =>
    refusesAll(fc.tuple(position, text).map(([at, put]) => good.slice(0, at) + put + good.slice(at + 1))));

  it('with one bit of the decoded bytes turned', () =>
    refusesAll(
      fc.tuple(fc.nat({ max: 2 }), fc.nat(), fc.nat({ max: 7 })).map(([which, at, bit]) => {
        const parts = good.split('.').map((part) => Buffer.from(part, 'base64url'));
        const bytes = parts[which] ?? Buffer.alloc(1);
        const index = at % bytes.length;
        bytes[index] = (bytes[index] ?? 0) ^ (1 << bit);
        return parts.map((part) => part.toString('base64url')).join('.');
      }),
    ));

  it('with text inserted or cut out anywhere', () =>
    refusesAll(
      fc.oneof(
        fc.tuple(position, text).map(([at, put]) => good.slice(0, at) + put + good.slice(at)),
        fc.tuple(position, fc.nat({ max: 20 })).map(([at, cut]) => good.slice(0, at) + good.slice(at + cut + 1)),
      ),
    ));

  it('with segments of another token of the same key', () => {
    const [mine, theirs] = [good.split('.'), other.split('.')];
    return refusesAll(
      fc
        .tuple(fc.boolean(), fc.boolean(), fc.boolean())
        .map((choice) => choice.map((own, i) => (own ? mine : theirs)[i]).join('.')),
    );
  });

  it('with the claims changed and the signature kept', () =>
    refusesAll(
      fc
        .dictionary(fc.constantFrom('sub', 'role', 'exp', 'aud', 'iss', 'permissions', 'x'), fc.jsonValue(), {
          minKeys: 1,
        })
        .map((changes) => {
          const [head, body = '', signature] = good.split('.');
          const claims = { ...JSON.parse(Buffer.from(body, 'base64url').toString()), ...changes };
          return `${head}.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.${signature}`;
        }),
    ));

  it('with any header in front of its claims and signature', () =>
    refusesAll(
      fc
        .dictionary(
          fc.constantFrom('alg', 'kid', 'typ', 'crit', 'jwk', 'b64'),
          fc.oneof(fc.jsonValue(), fc.constantFrom('none', 'HS256', 'RS256', issuer.ring.active.kid)),
        )
        .map((header) => {
          const [, body, signature] = good.split('.');
          return `${Buffer.from(JSON.stringify(header)).toString('base64url')}.${body}.${signature}`;
        }),
    ));

  it('and no text at all that is not a token', () => refusesAll(fc.string({ maxLength: 300, unit: 'binary' })));
});

describe('the exception of ECDSA (decision 0005)', () => {
  const N = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

  it('is (r, n - s): it gives the principal of the token that it was made of, and nothing more', () =>
    fc.assert(
      fc.asyncProperty(fc.string(), fc.array(fc.string({ minLength: 1 })), async (sub, roles) => {
        fc.pre(sub !== '');
        const issuer = createTestIssuer();
        const verifier = createTokenVerifier(issuer.guardOptions());
        const token = issuer.mint({ sub, roles });
        const at = token.lastIndexOf('.') + 1;
        const raw = Buffer.from(token.slice(at), 'base64url').toString('hex');
        const s = (N - BigInt(`0x${raw.slice(64)}`)).toString(16).padStart(64, '0');
        const twin = token.slice(0, at) + Buffer.from(raw.slice(0, 64) + s, 'hex').toString('base64url');
        expect(await verifier.verify(twin)).toEqual(await verifier.verify(token));
        await issuer.revoke();
        await expect(verifier.verify(twin)).rejects.toMatchObject({ code: 'ERR_TOKEN_UNKNOWN_KEY' });
      }),
      { numRuns: 50 },
    ));
});
