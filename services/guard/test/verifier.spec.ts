import { describe, expect, it, jest } from '@jest/globals';
import { createTokenVerifier, type TokenVerifierOptions } from '../src/index.js';
import type { RingDocument } from '@keyturn/keyring';
import {
  createTestIssuer,
  createTestKey,
  MemoryRingNode,
  signSessionToken,
  type TestIssuer,
  TestRing,
} from '../src/testing/index.js';

const setUp = (options: Partial<TokenVerifierOptions> = {}, issuer: TestIssuer = createTestIssuer()) => {
  const verifier = createTokenVerifier({ ...issuer.guardOptions(), ...options } as TokenVerifierOptions);
  return { issuer, verifier };
};

describe('the principal', () => {
  it('has everything that the claims say, in one shape', async () => {
    const { issuer, verifier } = setUp();
    const claims = {
      sub: 'anna',
      email: 'anna@example.com',
      email_verified: true,
      role: 'user, admin',
      roles: ['editor'],
      permissions: ['tasks:read'],
      scope: 'openid reports',
      aud: ['keyturn', 'billing'],
      exp: 4_000_000_000,
      custom: { deep: [1] },
    };
    const principal = await verifier.verify(issuer.mint(claims));
    expect(principal).toMatchObject({
      sub: 'anna',
      userId: 'anna',
      email: 'anna@example.com',
      emailVerified: true,
      role: 'user, admin',
      roles: ['user', 'admin', 'editor'],
      permissions: ['tasks:read'],
      scopes: ['openid', 'reports'],
      audiences: ['keyturn', 'billing'],
      expiresAt: 4_000_000_000_000,
      method: 'ring',
      claims: { custom: { deep: [1] } },
    });
  });

  it('has no address verified of which the token does not say so', async () => {
    const { issuer, verifier } = setUp();
    for (const email_verified of [false, undefined, 'true', 1]) {
      const claims = { email: 'anna@example.com', email_verified };
      expect(await verifier.verify(issuer.mint(claims))).toMatchObject({ emailVerified: false });
    }
  });

  it('cannot be changed by one request for the next', async () => {
    const { issuer, verifier } = setUp();
    const token = issuer.mint({ roles: ['user'], custom: { list: ['a'] } });
    const principal = await verifier.verify(token);
    expect(() => (principal.roles as string[]).push('admin')).toThrow(TypeError);
    expect(() => ((principal.claims['custom'] as { list: string[] }).list[0] = 'b')).toThrow(TypeError);
    expect(() => Object.assign(principal, { sub: 'root' })).toThrow(TypeError);
    expect(verifier.known(token)).toMatchObject({ sub: 'user-1', roles: ['user'] });
  });
});

describe('the cache of verified tokens', () => {
  it('answers a known token at once, until it expires', async () => {
    let now = Date.now();
    const { issuer, verifier } = setUp({ now: () => now });
    const token = issuer.mint({ exp: Math.floor(now / 1000) + 60 });
    expect(verifier.known(token)).toBeUndefined();
    await verifier.verify(token);
    expect(verifier.known(token)).toMatchObject({ sub: 'user-1' });
    now += 61_000;
    expect(verifier.known(token)).toBeUndefined();
    // Within the leeway it is verified afresh, after it no more.
    await expect(verifier.verify(token)).resolves.toMatchObject({ sub: 'user-1' });
    now += 30_000;
    await expect(verifier.verify(token)).rejects.toMatchObject({ code: 'ERR_TOKEN_EXPIRED' });
    expect(verifier.stats()).toMatchObject({ accepted: 3, cacheHits: 1, refused: { ERR_TOKEN_EXPIRED: 1 } });
  });

  it('is bounded, and drops what was not asked for lately', async () => {
    const { issuer, verifier } = setUp({ cacheSize: 2 });
    const [a, b, c] = [issuer.mint(), issuer.mint(), issuer.mint()];
    await verifier.verify(a);
    await verifier.verify(b);
    expect(verifier.known(a)).toBeDefined();
    await verifier.verify(c);
    expect(verifier.known(b)).toBeUndefined();
    for (const token of [a, c]) expect(verifier.known(token)).toBeDefined();
    for (let i = 0; i < 5; i++) await verifier.verify(issuer.mint());
    expect(verifier.known(a)).toBeUndefined();
    expect(verifier.stats().cacheEntries).toBe(2);
  });

  it('can be switched off', async () => {
    const { issuer, verifier } = setUp({ cacheSize: 0 });
    const token = issuer.mint();
    await verifier.verify(token);
    expect(verifier.known(token)).toBeUndefined();
  });

  it('does not know a token whose signature alone is another', async () => {
    const { issuer, verifier } = setUp();
    const token = issuer.mint();
    await verifier.verify(token);
    const other = issuer.mint();
    const spliced = `${token.slice(0, token.lastIndexOf('.'))}${other.slice(other.lastIndexOf('.'))}`;
    expect(verifier.known(spliced)).toBeUndefined();
    await expect(verifier.verify(spliced)).rejects.toMatchObject({ code: 'ERR_TOKEN_SIGNATURE' });
  });

  it('keeps no raw token', async () => {
    const { issuer, verifier } = setUp();
    const token = issuer.mint();
    const kept: unknown[] = [];
    const set = Map.prototype.set;
    const spy = jest.spyOn(Map.prototype, 'set').mockImplementation(function (this: Map<unknown, unknown>, key, value) {
      kept.push(key, value);
      return set.call(this, key, value);
    });
    await verifier.verify(token);
    spy.mockRestore();
    expect(verifier.known(token)).toBeDefined();
    const [, claims = '', signature = ''] = token.split('.');
    for (const part of [claims, signature]) expect(JSON.stringify(kept)).not.toContain(part);
  });

  it('is empty before a changed ring is acknowledged', async () => {
    const { issuer, verifier } = setUp();
    const token = issuer.mint();
    await verifier.verify(token);
    let knownAtReceipt: unknown = 'not asked';
    issuer.node.onChange(() => {
      knownAtReceipt = verifier.known(token);
    });
    expect(knownAtReceipt).toBeDefined();
    await issuer.rotate();
    expect(knownAtReceipt).toBeUndefined();
    await expect(verifier.verify(token)).resolves.toMatchObject({ sub: 'user-1' });
  });
});

describe('a ring that changes', () => {
  it('accepts pending, active and draining keys, and no revoked one', async () => {
    const { issuer, verifier } = setUp();
    const draining = issuer.ring.active;
    await issuer.rotate();
    const { active, standby } = issuer.ring;
    for (const key of [draining, active, standby]) await verifier.verify(issuer.sign({ key }));
    await issuer.revoke(draining.kid);
    await expect(verifier.verify(issuer.sign({ key: draining }))).rejects.toMatchObject({
      code: 'ERR_TOKEN_UNKNOWN_KEY',
    });
    for (const key of [active, standby]) await verifier.verify(issuer.sign({ key }));
  });

  it('does not let in, or keep, a token whose key was revoked while its signature was checked', async () => {
    const { issuer, verifier } = setUp();
    const token = issuer.mint();
    const verdict = verifier.verify(token);
    await issuer.revoke();
    await expect(verdict).rejects.toMatchObject({ code: 'ERR_TOKEN_UNKNOWN_KEY' });
    expect(verifier.known(token)).toBeUndefined();
  });

  it('lets in a token whose key stayed while its signature was checked, and keeps it', async () => {
    const { issuer, verifier } = setUp();
    const token = issuer.mint();
    const verdict = verifier.verify(token);
    await issuer.rotate();
    await expect(verdict).resolves.toMatchObject({ sub: 'user-1' });
    expect(verifier.known(token)).toBeDefined();
  });

  it('takes a ring that the node has loaded before its listeners are told, and never an older one again', async () => {
    const issuer = createTestIssuer();
    const { verifier } = setUp({}, issuer);
    const [old, token] = [issuer.ring.document(), issuer.mint()];
    await issuer.revoke();
    await issuer.node.load(old);
    await expect(verifier.verify(token)).rejects.toMatchObject({ code: 'ERR_TOKEN_UNKNOWN_KEY' });
  });

  it('forgets what a revoked key had signed though another listener of the ring hangs', async () => {
    const issuer = createTestIssuer();
    issuer.node.onChange((_next, previous) => (previous ? new Promise<void>(() => undefined) : undefined));
    const { verifier } = setUp({}, issuer);
    const token = issuer.mint();
    await verifier.verify(token);
    void issuer.revoke();
    expect(verifier.known(token)).toBeUndefined();
    await expect(verifier.verify(token)).rejects.toMatchObject({ code: 'ERR_TOKEN_UNKNOWN_KEY' });
  });

  it('answers canaries only as well as every verifier of the process does', async () => {
    const issuer = createTestIssuer();
    setUp({}, issuer);
    const { verifier: pinned } = setUp({ algorithms: ['RS256'] }, issuer);
    expect(await issuer.node.canary(issuer.canary())).toMatchObject({
      accepted: false,
      reason: 'ERR_TOKEN_ALGORITHM',
    });
    pinned.close();
    expect(await issuer.node.canary(issuer.canary())).toMatchObject({ accepted: true });
  });

  it('asks for a key that it does not know and accepts what the answer brings', async () => {
    const ring = new TestRing('access-tokens', 'ES256', 'https://issuer.test', 0);
    const issuer = createTestIssuer();
    const { verifier } = setUp({}, issuer);
    const asked: string[] = [];
    issuer.node.onUnknownKid = async (kid) => {
      asked.push(kid);
      ring.rotate();
      await issuer.node.load(ring.document());
    };
    const token = issuer.sign({ key: ring.standby });
    await expect(verifier.verify(token)).resolves.toMatchObject({ sub: 'user-1' });
    expect(asked).toHaveLength(1);
  });

  it('does not ask again for a key that the ring has revoked', async () => {
    const { issuer, verifier } = setUp();
    const token = issuer.mint();
    await issuer.revoke();
    issuer.node.onUnknownKid = () => Promise.reject(new Error('asked'));
    await expect(verifier.verify(token)).rejects.toMatchObject({ code: 'ERR_TOKEN_UNKNOWN_KEY' });
    expect(verifier.stats().unknownKids).toBe(0);
  });

  it('does not keep a token whose key was revoked between the verdict and the entry', async () => {
    const issuer = createTestIssuer();
    let calls = 0;
    // The clock is asked for the cache, for the claims, and for the claims again at the verdict: then the ring changes.
    const now = (): number => {
      calls += 1;
      if (calls === 4) queueMicrotask(() => void issuer.revoke());
      return Date.now();
    };
    const { verifier } = setUp({ now }, issuer);
    const token = issuer.mint();
    await verifier.verify(token);
    expect(issuer.node.require().generation).toBe(2);
    expect(verifier.known(token)).toBeUndefined();
    await expect(verifier.verify(token)).rejects.toMatchObject({ code: 'ERR_TOKEN_UNKNOWN_KEY' });
  });

  it.each([
    ['is of another curve, whatever it calls itself', { key: 'ES384', alg: 'ES256' }],
    ['calls itself another algorithm, though its curve would fit', { key: 'ES256', alg: 'ES384' }],
    ['is of another type', { key: 'EdDSA', alg: 'ES256' }],
  ] as const)('leaves out a key that %s', async (_what, { key: algorithm, alg }) => {
    const issuer = createTestIssuer();
    const key = createTestKey(algorithm);
    const document = issuer.ring.document();
    const { verifier } = setUp({}, issuer);
    const odd = { ...document.keys[0], kid: key.kid, state: 'pending', jwk: { ...key.jwk, alg } };
    await issuer.node.load({ ...document, generation: 2, keys: [...document.keys, odd] } as typeof document);
    const token = issuer.sign({ key });
    await expect(verifier.verify(token)).rejects.toMatchObject({ code: 'ERR_TOKEN_UNKNOWN_KEY' });
    await expect(verifier.verify(issuer.mint())).resolves.toBeDefined();
  });
});

describe('session lookup', () => {
  const row = { userId: 'anna', email: null, role: null, expiresAt: Date.now() + 60_000 };
  const setUpSession = async (find: () => Promise<typeof row>) => {
    const ring = new TestRing('session-secret', 'opaque', 'https://issuer.test', 0);
    const node = new MemoryRingNode('session-secret', 'holder');
    await node.load(ring.document());
    const verifier = createTokenVerifier({ method: 'session', node, store: { find } });
    return { ring, node, verifier, cookie: signSessionToken('token', ring.active.secret ?? '') };
  };

  it('does not let in, or keep, a cookie whose secret was revoked while the table was asked', async () => {
    let answer: (found: typeof row) => void = () => undefined;
    const { ring, node, verifier, cookie } = await setUpSession(() => new Promise((resolve) => (answer = resolve)));
    const verdict = verifier.verify(cookie, 'cookie');
    ring.revoke(ring.active.kid);
    await node.load(ring.document());
    answer(row);
    await expect(verdict).rejects.toMatchObject({ code: 'ERR_TOKEN_SIGNATURE' });
    expect(verifier.known(cookie, 'cookie')).toBeUndefined();
  });

  it('refuses what a compromised secret signed, though the ring keeps it for decryption', async () => {
    const { ring, node, verifier, cookie } = await setUpSession(async () => row);
    await expect(verifier.verify(cookie, 'cookie')).resolves.toMatchObject({ sub: 'anna' });
    const { kid } = ring.active;
    const document = ring.document() as RingDocument;
    const keys = document.keys.map((key) =>
      key.kid === kid ? { ...key, state: 'compromised' as const, since: 2 } : key,
    );
    await node.load({ ...document, generation: 2, keys });
    expect(keys.find((key) => key.kid === kid)?.secret).toBeDefined();
    await expect(verifier.verify(cookie, 'cookie')).rejects.toMatchObject({ code: 'ERR_TOKEN_SIGNATURE' });
  });
});

describe('a key source that cannot be used', () => {
  it('is a 503 with Retry-After, whatever the token', async () => {
    const { issuer, verifier } = setUp();
    const known = issuer.mint();
    await verifier.verify(known);
    issuer.node.setUsable(false);
    expect(verifier.ready()).toBe(false);
    for (const token of [known, issuer.mint(), issuer.expired(), 'rubbish']) {
      expect(verifier.known(token)).toBeUndefined();
      await expect(verifier.verify(token)).rejects.toMatchObject({
        code: 'ERR_KEY_SOURCE_UNAVAILABLE',
        statusCode: 503,
        detail: { retryAfterSeconds: 1 },
      });
    }
    issuer.node.setUsable(true);
    expect(verifier.known(known)).toBeDefined();
  });

  it('is a 503 when an unknown kid cannot be asked for: the token may be good', async () => {
    const { issuer, verifier } = setUp();
    issuer.node.onUnknownKid = () => Promise.reject(new Error('connection refused'));
    await expect(verifier.verify(issuer.unknownKid())).rejects.toMatchObject({
      code: 'ERR_KEY_SOURCE_UNAVAILABLE',
      cause: { message: 'connection refused' },
    });
  });

  it('is a 503 when the ring names no issuer and the options do not either', async () => {
    const issuer = createTestIssuer();
    const { issuer: _none, ...document } = issuer.ring.document();
    await issuer.node.load({ ...document, generation: 2 });
    const { verifier } = setUp({}, issuer);
    await expect(verifier.verify(issuer.mint())).rejects.toMatchObject({ statusCode: 503 });
    const named = setUp({ issuer: 'https://issuer.test' } as Partial<TokenVerifierOptions>, issuer);
    await expect(named.verifier.verify(issuer.mint())).resolves.toBeDefined();
  });
});

describe('canaries', () => {
  it('pass through the verification of requests, and only their type and audience differ', async () => {
    const { issuer } = setUp();
    await expect(issuer.node.canary(issuer.canary())).resolves.toEqual({
      accepted: true,
      kid: issuer.ring.standby.kid,
    });
    const refusals = [
      [issuer.mint(), 'ERR_TOKEN_TYPE'],
      [issuer.sign({ header: { typ: 'keyturn-canary+jwt' } }), 'ERR_TOKEN_AUDIENCE'],
      [
        issuer.sign({ header: { typ: 'keyturn-canary+jwt' }, claims: { aud: 'keyturn:canary', iss: 'x' } }),
        'ERR_TOKEN_ISSUER',
      ],
      ['rubbish', 'ERR_TOKEN_MALFORMED'],
    ] as const;
    for (const [credential, reason] of refusals) {
      await expect(issuer.node.canary(credential)).resolves.toEqual({ accepted: false, reason });
    }
  });

  it('show an algorithm that the service pins and the ring has not', async () => {
    const { issuer } = setUp({ algorithms: ['RS256'] } as Partial<TokenVerifierOptions>);
    await expect(issuer.node.canary(issuer.canary())).resolves.toEqual({
      accepted: false,
      reason: 'ERR_TOKEN_ALGORITHM',
    });
  });

  it('show an issuer that the service has wrong', async () => {
    const { issuer } = setUp({ issuer: 'https://other.test' } as Partial<TokenVerifierOptions>);
    await expect(issuer.node.canary(issuer.canary())).resolves.toEqual({ accepted: false, reason: 'ERR_TOKEN_ISSUER' });
  });

  it('are not kept: a canary is no known token', async () => {
    const { issuer, verifier } = setUp();
    const canary = issuer.canary();
    await issuer.node.canary(canary);
    expect(verifier.known(canary)).toBeUndefined();
    expect(verifier.stats().accepted).toBe(0);
  });

  it('work for HS256', async () => {
    const { issuer } = setUp({}, createTestIssuer({ algorithm: 'HS256' }));
    await expect(issuer.node.canary(issuer.canary())).resolves.toMatchObject({ accepted: true });
  });
});

describe('options', () => {
  it('that make no sense are refused at once, by name', () => {
    const issuer = createTestIssuer();
    const { node } = issuer;
    const options = issuer.guardOptions();
    const wrong: readonly (readonly [object, RegExp])[] = [
      [{ ...options, method: 'magic' }, /^method:/],
      [{ ...options, audience: [] }, /^audience:/],
      [{ ...options, audience: '' }, /^audience:/],
      [{ ...options, cacheSize: -1 }, /^cacheSize:/],
      [{ ...options, cacheSize: 1.5 }, /^cacheSize:/],
      [{ ...options, maxTokenLength: 0 }, /^maxTokenLength:/],
      [{ ...options, method: 'sharedSecret' }, /^node:/],
      [{ method: 'session', node, store: { find: async () => undefined } }, /^node:/],
      [{ method: 'session', store: { find: async () => undefined }, cacheTtlMs: -1 }, /^cacheTtlMs:/],
    ];
    for (const [given, message] of wrong) {
      expect(() => createTokenVerifier(given as TokenVerifierOptions)).toThrow(TypeError);
      expect(() => createTokenVerifier(given as TokenVerifierOptions)).toThrow(message);
    }
  });

  it('of a ring that is not loaded yet are fine: the verifier waits for it', async () => {
    const issuer = createTestIssuer();
    const node = new MemoryRingNode('access-tokens', 'verifier');
    const verifier = createTokenVerifier({ method: 'ring', node, audience: 'keyturn' });
    await expect(verifier.verify(issuer.mint())).rejects.toMatchObject({ statusCode: 503 });
    expect(verifier.stats()).not.toHaveProperty('ring');
    await node.load(issuer.ring.document());
    await expect(verifier.verify(issuer.mint())).resolves.toMatchObject({ sub: 'user-1' });
    expect(verifier.stats()).toMatchObject({ ring: { name: 'access-tokens', generation: 1 } });
  });
});
