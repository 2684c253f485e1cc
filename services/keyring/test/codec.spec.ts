import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  type AnyRingDocument,
  canonicalForm,
  digestOf,
  formatDuration,
  KEY_STATES,
  KeyringError,
  parseDuration,
  parseRingDocument,
  parseTime,
  PRIVATE_JWK_MEMBERS,
  type RingAlgorithm,
  type RingDocument,
  type RingKey,
  SECRET_ALGORITHMS,
  serializeRingDocument,
  SIGNING_ALGORITHMS,
  toJwks,
  toPublicDocument,
} from '../src/index.js';
import { createTestKeyMaterial, createTestRing, type TestKeyMaterial } from '../src/testing/index.js';

type Loose = Record<string, unknown>;
type WireKey = Loose & { jwk: Loose; secret: string };
type Wire = Loose & { settings: Loose; keys: WireKey[] };

const wireOf = (document: AnyRingDocument): Wire => JSON.parse(serializeRingDocument(document)) as Wire;

const failure = (text: string): KeyringError => {
  try {
    parseRingDocument(text);
  } catch (error) {
    if (error instanceof KeyringError) return error;
    throw error;
  }
  throw new Error('the document was accepted');
};

const materials = new Map<RingAlgorithm, TestKeyMaterial[]>();
for (const algorithm of [...SIGNING_ALGORITHMS, ...SECRET_ALGORITHMS]) {
  materials.set(algorithm, await Promise.all([1, 2, 3, 4].map(() => createTestKeyMaterial(algorithm))));
}

const whole = (max: number) => fc.integer({ min: 1, max });
const time = fc.integer({ min: 0, max: Date.UTC(2500, 0) });
const duration = fc.integer({ min: 1, max: 10 ** 11 });

const arbitrarySettings = fc.record({
  maxCredentialLifetimeMs: duration,
  clockSkewMs: duration,
  clockErrorMs: duration,
  issuerLeaseMs: duration,
  restartGraceMs: duration,
  hardLimitMs: duration,
  maxLiveKeys: fc.integer({ min: 2, max: 1000 }),
  stalledAfterMs: duration,
  rotationIntervalMs: fc.option(duration),
  paused: fc.boolean(),
  encryptsData: fc.boolean(),
});

const arbitraryKey = (material: TestKeyMaterial, generation: number): fc.Arbitrary<RingKey> =>
  fc
    .record({
      state: fc.constantFrom(...KEY_STATES.filter((state) => state !== 'active')),
      since: whole(generation),
      createdAt: time,
      activatedAt: fc.option(time, { nil: undefined }),
      drainUntil: time,
      provenAt: fc.option(time, { nil: undefined }),
      secretVersion: fc.option(fc.nat(), { nil: undefined }),
      longestLifetimeMs: duration,
    })
    .map(({ drainUntil, activatedAt, provenAt, secretVersion, ...key }) => {
      const { kid, jwk, secret } = material;
      const gone = key.state === 'retired' || key.state === 'revoked';
      return {
        kid,
        ...key,
        ...(activatedAt !== undefined && { activatedAt }),
        ...(provenAt !== undefined && { provenAt }),
        ...(secretVersion !== undefined && { secretVersion }),
        ...(key.state === 'draining' && { drainUntil }),
        ...(!gone && jwk && { jwk }),
        ...(!gone && secret && { secret }),
      };
    });

const arbitraryRing: fc.Arbitrary<RingDocument> = fc
  .record({
    algorithm: fc.constantFrom<RingAlgorithm>(...SIGNING_ALGORITHMS, ...SECRET_ALGORITHMS),
    generation: whole(10 ** 9),
    settings: arbitrarySettings,
    issuer: fc.option(fc.webUrl(), { nil: undefined }),
    activeAt: fc.integer({ min: -1, max: 3 }),
  })
  .chain(({ algorithm, generation, settings, issuer, activeAt }) =>
    fc.tuple(...materials.get(algorithm)!.map((material) => arbitraryKey(material, generation))).map(
      (keys): RingDocument => ({
        form: 'full',
        version: 1,
        ringId: 'ring-1',
        ring: 'some-ring',
        generation,
        type: algorithm === 'HS256' || algorithm === 'opaque' ? 'SharedSecret' : 'SigningKey',
        algorithm,
        ...(issuer !== undefined && { issuer }),
        settings,
        keys: keys.map((key, index): RingKey => {
          const { drainUntil: _drain, ...rest } = key;
          return index === activeAt ? { ...materials.get(algorithm)![index]!, ...rest, state: 'active' } : key;
        }),
      }),
    ),
  );

describe('the codec', () => {
  it('reads back every document that it writes, full and public', () => {
    fc.assert(
      fc.property(arbitraryRing, (ring) => {
        expect(parseRingDocument(serializeRingDocument(ring))).toEqual(ring);
        const projection = toPublicDocument(ring);
        expect(parseRingDocument(serializeRingDocument(projection))).toEqual(projection);
      }),
      { numRuns: 200 },
    );
  });

  it('writes no private byte of any key into a public document or a JWK set', () => {
    fc.assert(
      fc.property(arbitraryRing, (ring) => {
        const bytes = serializeRingDocument(toPublicDocument(ring)) + JSON.stringify(toJwks(ring));
        for (const { jwk, secret } of ring.keys) {
          if (secret) expect(bytes).not.toContain(secret);
          for (const name of PRIVATE_JWK_MEMBERS) {
            const value = (jwk as Loose | undefined)?.[name] as string | undefined;
            if (value) expect(bytes).not.toContain(value);
          }
        }
      }),
      { numRuns: 100 },
    );
  });

  it('never throws anything but its own error, whatever is damaged, and never quotes a secret', async () => {
    const ring = await createTestRing({ algorithm: 'HS256' });
    const text = serializeRingDocument(ring.document());
    const secrets = ring.document().keys.map(({ secret }) => secret!);
    fc.assert(
      fc.property(fc.nat(text.length - 1), fc.nat(40), fc.string({ maxLength: 6 }), (at, cut, insert) => {
        const damaged = text.slice(0, at) + insert + text.slice(at + cut);
        try {
          parseRingDocument(damaged);
        } catch (error) {
          expect(error).toBeInstanceOf(KeyringError);
          const said = `${String(error)} ${JSON.stringify(error)} ${String((error as Error).cause)}`;
          for (const secret of secrets) expect(said).not.toContain(secret.slice(0, 12));
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('writes durations as text without a unit in the name, and times as RFC 3339', async () => {
    const ring = await createTestRing({
      settings: { issuerLeaseMs: 30_000, clockErrorMs: 1500, restartGraceMs: 3_600_000 },
    });
    const wire = wireOf(ring.document());
    expect(wire.settings).toMatchObject({
      issuerLease: '30s',
      clockError: '1500ms',
      restartGrace: '1h',
      rotationInterval: null,
    });
    expect(wire.keys[0]!.createdAt).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    expect(JSON.stringify(wire)).not.toMatch(/Ms"/);
  });

  it('refuses to write what it would refuse to read', async () => {
    const ring = await createTestRing();
    const leaking = { ...ring.document(), form: 'public' } as unknown as AnyRingDocument;
    expect(() => serializeRingDocument(leaking)).toThrow('keys[0].jwk.d: must not appear in a public document');
  });

  it('gives an issuer and a verifier of one generation the same digest, and another to the next generation', async () => {
    const ring = await createTestRing();
    const before = digestOf(ring.document());
    expect(digestOf(parseRingDocument(serializeRingDocument(ring.publicDocument())))).toBe(before);
    expect(canonicalForm(ring.document())).not.toContain(ring.active.jwk!.d);
    ring.touch();
    expect(digestOf(ring.document())).not.toBe(before);
  });

  it('publishes accepted public keys only, and nothing of a shared secret', async () => {
    const ring = await createTestRing();
    const gone = ring.active.kid;
    ring.compromise(gone);
    expect(ring.jwks().keys.map(({ kid }) => kid)).toEqual([ring.active.kid]);
    expect(ring.jwks().keyturn).toEqual({ ring: 'access-tokens', generation: 2 });
    expect((await createTestRing({ algorithm: 'HS256' })).jwks().keys).toEqual([]);
  });
});

describe('bad documents', () => {
  const change = (edit: (wire: Wire) => unknown) => edit;
  const rotated = async (): Promise<Wire> => {
    const ring = await createTestRing({ issuer: 'http://localhost' });
    await ring.rotate();
    return wireOf(ring.document());
  };
  const cases: [field: string, rule: string, edit: (wire: Wire) => unknown][] = [
    ['version', 'must be a whole number', change((wire) => (wire.version = '1'))],
    ['form', 'must be one of full, public', change((wire) => Reflect.deleteProperty(wire, 'form'))],
    ['ring', 'must be a DNS label', change((wire) => (wire.ring = '../etc'))],
    ['ringId', 'must be 1 to 128 printable', change((wire) => (wire.ringId = ''))],
    ['generation', 'must be a whole number of 1 or more', change((wire) => (wire.generation = 0))],
    ['type', 'must be one of SigningKey, SharedSecret', change((wire) => (wire.type = 'Key'))],
    ['algorithm', 'must be one of ES256', change((wire) => (wire.algorithm = 'HS256'))],
    ['issuer', 'must be a text', change((wire) => (wire.issuer = 7))],
    ['settings', 'must be an object', change((wire) => Reflect.deleteProperty(wire, 'settings'))],
    ['settings.issuerLease', 'must be a duration', change((wire) => (wire.settings.issuerLease = '1 hour'))],
    ['settings.issuerLease', 'must be longer than 0s', change((wire) => (wire.settings.issuerLease = '0s'))],
    [
      'settings.rotationInterval',
      'must be a duration',
      change((wire) => Reflect.deleteProperty(wire.settings, 'rotationInterval')),
    ],
    ['settings.maxLiveKeys', 'from 2 to 1000', change((wire) => (wire.settings.maxLiveKeys = 1))],
    ['settings.paused', 'must be true or false', change((wire) => (wire.settings.paused = 'no'))],
    ['keys', 'must be a list', change((wire) => (wire.keys = {} as never))],
    ['keys[1]', 'must be an object', change((wire) => (wire.keys[1] = null as never))],
    ['keys[2].kid', 'must not be used twice', change((wire) => (wire.keys[2] = wire.keys[1]!))],
    ['keys[2].kid', 'must be 1 to 256 printable', change((wire) => (wire.keys[2]!.kid = 'a b'))],
    ['keys[0].state', 'must be one of pending', change((wire) => (wire.keys[0]!.state = 'sleeping'))],
    ['keys[2].state', 'must not be active: keys[1] is', change((wire) => (wire.keys[2]!.state = 'active'))],
    ['keys[2].since', 'must not be above the generation', change((wire) => (wire.keys[2]!.since = 99))],
    ['keys[0].drainUntil', 'must be an RFC 3339 time', change((wire) => (wire.keys[0]!.drainUntil = 'tomorrow'))],
    [
      'keys[0].drainUntil',
      'must be present while',
      change((wire) => Reflect.deleteProperty(wire.keys[0]!, 'drainUntil')),
    ],
    ['keys[0].createdAt', 'must be an RFC 3339 time', change((wire) => (wire.keys[0]!.createdAt = 1))],
    [
      'keys[0].longestLifetime',
      'must be a duration',
      change((wire) => Reflect.deleteProperty(wire.keys[0]!, 'longestLifetime')),
    ],
    ['keys[0].secretVersion', 'must be a whole number', change((wire) => (wire.keys[0]!.secretVersion = -1))],
    ['keys[0].secret', 'must be absent from a ring of signing keys', change((wire) => (wire.keys[0]!.secret = 'x'))],
    ['keys[0].jwk', 'must be an object', change((wire) => Reflect.deleteProperty(wire.keys[0]!, 'jwk'))],
    ['keys[0].jwk', 'must be absent from a retired key', change((wire) => (wire.keys[0]!.state = 'retired'))],
    ['keys[0].jwk.kid', 'must equal the kid of the key', change((wire) => (wire.keys[0]!.jwk.kid = 'other'))],
    ['keys[0].jwk.alg', 'must be one of ES256', change((wire) => (wire.keys[0]!.jwk.alg = 'none'))],
    ['keys[0].jwk.crv', 'must be P-384 for ES384', change((wire) => (wire.keys[0]!.jwk.alg = 'ES384'))],
    ['keys[0].jwk.kty', 'must be RSA for RS256', change((wire) => (wire.keys[0]!.jwk.alg = 'RS256'))],
    ['keys[0].jwk.use', 'must be sig', change((wire) => (wire.keys[0]!.jwk.use = 'enc'))],
    [
      'keys[0].jwk.x',
      'must be 43 base64url characters',
      change((wire) => (wire.keys[0]!.jwk.x = `${String(wire.keys[0]!.jwk.x)}=`)),
    ],
    ['keys[0].jwk.d', 'must be', change((wire) => Reflect.deleteProperty(wire.keys[0]!.jwk, 'd'))],
    ['keys[0].jwk.k', 'must be absent', change((wire) => (wire.keys[0]!.jwk.k = 'AAAA'))],
  ];

  it.each(cases)('names %s and the rule: %s', async (field, rule, edit) => {
    const wire = await rotated();
    edit(wire);
    const error = failure(JSON.stringify(wire));
    expect(error.code).toBe('ERR_RING_INVALID');
    expect(error.detail.field).toBe(field);
    expect(error.message).toMatch(new RegExp(`^${field.replace(/[[\]]/g, '\\$&')}: `));
    expect(error.message).toContain(rule);
  });

  it.each(PRIVATE_JWK_MEMBERS)('refuses the private member %s in a public document', async (name) => {
    const wire = wireOf((await createTestRing()).publicDocument());
    wire.keys[0]!.jwk[name] = 'AAAA';
    expect(failure(JSON.stringify(wire)).message).toBe(`keys[0].jwk.${name}: must not appear in a public document`);
  });

  it('takes an opaque secret as the text that it is, of 32 characters or more', async () => {
    const wire = wireOf((await createTestRing({ algorithm: 'opaque', ring: 'session-secret' })).document());
    wire.keys[0]!.secret = 'openssl rand -base64: Zm9v+/Zm9v==';
    expect(parseRingDocument(JSON.stringify(wire)).keys[0]).toMatchObject({ secret: wire.keys[0]!.secret });
    wire.keys[0]!.secret = 'x'.repeat(31);
    expect(failure(JSON.stringify(wire)).message).toBe('keys[0].secret: must be 32 to 1366 printable ASCII characters');
  });

  it('refuses a short shared secret, and any secret in a public document', async () => {
    const shared = await createTestRing({ algorithm: 'HS256' });
    const full = wireOf(shared.document());
    full.keys[0]!.secret = full.keys[0]!.secret.slice(1);
    expect(failure(JSON.stringify(full)).message).toBe('keys[0].secret: must be base64url of 256 bits or more');
    const ring = await createTestRing({ algorithm: 'opaque', ring: 'session-secret' });
    const open = wireOf(ring.publicDocument());
    open.keys[0]!.secret = 'A'.repeat(43);
    expect(failure(JSON.stringify(open)).message).toBe('keys[0].secret: must be absent from a public document');
  });

  it('refuses a newer schema before anything else, and says what to do', async () => {
    const error = failure(JSON.stringify({ version: 2, keys: 'in a new shape' }));
    expect(error.code).toBe('ERR_RING_SCHEMA_NEWER');
    expect(error.message).toContain('written in schema 2; this build reads up to 1, upgrade it');
  });

  it('does not quote what is no JSON, nor read more than a megabyte', () => {
    expect(failure('{"secret":"hunter2').message).toBe('document: must be JSON');
    expect(failure('hunter2').message).toBe('document: must be JSON');
    expect(failure('[]').message).toBe('document: must be an object');
    expect(failure(`"${'x'.repeat(1_048_577)}"`).message).toBe('document: must be at most 1 MiB');
  });

  it('ignores members that it does not know, so that an older build reads what a newer one adds', async () => {
    const ring = await createTestRing();
    const wire = wireOf(ring.document());
    wire.comment = 'new';
    wire.keys[0]!.colour = 'red';
    expect(parseRingDocument(JSON.stringify(wire))).toEqual(ring.document());
  });
});

describe('durations and times', () => {
  it('formats and reads every whole number of milliseconds', () => {
    fc.assert(
      fc.property(fc.nat({ max: Number.MAX_SAFE_INTEGER }), (ms) => expect(parseDuration(formatDuration(ms))).toBe(ms)),
    );
  });

  it('reads several units from large to small, and nothing else', () => {
    expect(parseDuration('1h30m')).toBe(5_400_000);
    expect(parseDuration('7d')).toBe(604_800_000);
    for (const text of ['', '1', 's', '1.5h', '-1s', '30m1h', '1h1h', ' 1s', '1s ', '1w', '9'.repeat(16) + 'd']) {
      expect(parseDuration(text)).toBeUndefined();
    }
  });

  it('reads RFC 3339 with any offset, and no date that does not exist', () => {
    expect(parseTime('2030-01-01T01:00:00.5+01:00')).toBe(Date.UTC(2030, 0, 1, 0, 0, 0, 500));
    expect(parseTime('2028-02-29T00:00:00Z')).toBe(Date.UTC(2028, 1, 29));
    for (const text of [
      '2030-02-29T00:00:00Z',
      '2030-13-01T00:00:00Z',
      '2030-01-01',
      '2030-01-01T24:00:00Z',
      '2030-01-01T00:00:00',
    ]) {
      expect(parseTime(text)).toBeUndefined();
    }
  });
});
