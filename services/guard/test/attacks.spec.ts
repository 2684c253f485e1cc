import { describe, expect, it } from '@jest/globals';
import { createHmac, createPublicKey, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { createTokenVerifier, type GuardErrorCode, type TokenVerifier } from '../src/index.js';
import { createTestIssuer, type RawToken, type TestIssuer } from '../src/testing/index.js';

const issuer = createTestIssuer();
const verifier = createTokenVerifier(issuer.guardOptions());

const b64 = (value: string | Buffer): string => Buffer.from(value).toString('base64url');
const json = (value: unknown): string => b64(JSON.stringify(value));
const now = (): number => Math.floor(Date.now() / 1000);

/** A token whose header and payload are exactly these texts, signed with the active key. */
const signTexts = (header: string | Buffer, payload: string | Buffer, from: TestIssuer = issuer): string => {
  const signed = `${b64(header)}.${b64(payload)}`;
  return `${signed}.${b64(from.ring.active.sign(signed))}`;
};
const header = (extra = {}): string => JSON.stringify({ alg: 'ES256', kid: issuer.ring.active.kid, ...extra });
const payload = (): string => JSON.stringify(issuer.claims());

const refused = async (token: string, code: GuardErrorCode, by: TokenVerifier = verifier): Promise<void> => {
  await expect(by.verify(token)).rejects.toMatchObject({ name: 'GuardError', code, statusCode: 401 });
  expect(by.known(token)).toBeUndefined();
};
const accepted = async (token: string, by: TokenVerifier = verifier): Promise<void> => {
  await expect(by.verify(token)).resolves.toMatchObject({ sub: 'user-1' });
};
const verifierOf = (options: Parameters<typeof createTestIssuer>[0]): [TestIssuer, TokenVerifier] => {
  const made = createTestIssuer(options);
  return [made, createTokenVerifier(made.guardOptions())];
};

/** Fetches that unknown kids have caused. */
let fetches = 0;
issuer.node.onUnknownKid = async () => void fetches++;

describe('algorithms', () => {
  it('accepts what the issuer signs, so that the refusals below mean something', () => accepted(issuer.mint()));

  it.each(['ES256', 'ES384', 'RS256', 'PS256', 'EdDSA', 'HS256'] as const)('accepts %s', async (algorithm) => {
    const [made, by] = verifierOf({ algorithm });
    await accepted(made.mint(), by);
    await refused(made.sign({ header: { alg: 'ES512' } }), 'ERR_TOKEN_ALGORITHM', by);
  });

  it('refuses alg none, in any spelling, with and without a signature', async () => {
    await refused(issuer.algNone(), 'ERR_TOKEN_MALFORMED');
    for (const alg of ['none', 'None', 'NONE', 'nOnE', '']) {
      await refused(issuer.sign({ header: { alg } }), 'ERR_TOKEN_ALGORITHM');
    }
  });

  it('refuses alg none with a signature that decodes to nothing', async () => {
    const [head, body] = issuer.algNone().split('.');
    for (const signature of ['', '=', 'AA'])
      await expect(verifier.verify(`${head}.${body}.${signature}`)).rejects.toThrow();
  });

  it('refuses a header without alg, or with one that is no text', async () => {
    await refused(issuer.sign({ header: { alg: undefined } }), 'ERR_TOKEN_MALFORMED');
    for (const alg of [null, 1, ['ES256'], { toString: 'ES256' }]) {
      await refused(issuer.sign({ header: { alg } }), 'ERR_TOKEN_MALFORMED');
    }
  });

  it.each(['RS256', 'ES256'] as const)(
    'refuses an HMAC whose secret is the public %s key, in every form',
    async (algorithm) => {
      const [made, by] = verifierOf({ algorithm });
      const { jwk = undefined, kid } = made.ring.active;
      const key = createPublicKey({ key: { ...jwk }, format: 'jwk' });
      const pem = key.export({ type: 'spki', format: 'pem' }) as string;
      const der = key.export({ type: 'spki', format: 'der' });
      const forms = [
        pem,
        pem.trimEnd(),
        der,
        JSON.stringify(jwk),
        jwk?.n ?? jwk?.x ?? '',
        Buffer.from(jwk?.n ?? jwk?.x ?? '', 'base64url'),
      ];
      for (const secret of forms) {
        for (const alg of ['HS256', algorithm]) {
          const forged = { kid, sign: (signed: string) => createHmac('sha256', secret).update(signed).digest() };
          const code = alg === 'HS256' ? 'ERR_TOKEN_ALGORITHM' : 'ERR_TOKEN_SIGNATURE';
          await refused(made.sign({ header: { alg }, key: forged }), code, by);
        }
      }
    },
  );

  it('refuses each algorithm of the same key type but the pinned one', async () => {
    const [rsa, by] = verifierOf({ algorithm: 'RS256' });
    for (const alg of ['PS256', 'RS384', 'RS512'])
      await refused(rsa.sign({ header: { alg } }), 'ERR_TOKEN_ALGORITHM', by);
    for (const alg of ['ES384', 'ES256K', 'EdDSA'])
      await refused(issuer.sign({ header: { alg } }), 'ERR_TOKEN_ALGORITHM');
  });

  it('refuses an algorithm that the service does not allow, though the ring has it', async () => {
    const by = createTokenVerifier({ ...issuer.guardOptions(), method: 'ring', algorithms: ['EdDSA'] });
    await refused(issuer.mint(), 'ERR_TOKEN_ALGORITHM', by);
    by.close();
  });

  it('refuses a token of an HS256 ring that is signed with the text of the secret, or with nothing', async () => {
    const [made, by] = verifierOf({ algorithm: 'HS256' });
    const { kid, secret = '' } = made.ring.active;
    for (const key of [secret, '', '\0'.repeat(32)]) {
      const forged = { kid, sign: (signed: string) => createHmac('sha256', key).update(signed).digest() };
      await refused(made.sign({ key: forged }), 'ERR_TOKEN_SIGNATURE', by);
    }
  });
});

describe('kid injection', () => {
  it.each([
    ['a path', '../../../../etc/passwd'],
    ['a device', '/dev/null'],
    ['a URL', 'https://evil.test/jwks.json'],
    ['SQL', "x' UNION SELECT 'secret' --"],
    ['a command', '|sleep 10'],
    ['a template', '{{constructor}}'],
    ['a prototype member', '__proto__'],
    ['another prototype member', 'constructor'],
    ['a kid with a space behind', `${issuer.ring.active.kid} `],
    ['a kid in another case', issuer.ring.active.kid.toUpperCase()],
  ])('refuses %s as an unknown key', (_what, kid) =>
    refused(issuer.sign({ header: { kid } }), 'ERR_TOKEN_UNKNOWN_KEY'),
  );

  it('refuses a kid that is very long, empty, no text or has control characters, without asking for it', async () => {
    const before = fetches;
    for (const kid of [
      'k'.repeat(257),
      'k'.repeat(5000),
      '',
      1,
      null,
      ['a'],
      {},
      'a\0b',
      `${issuer.ring.active.kid}\n`,
    ]) {
      await refused(issuer.sign({ header: { kid } }), 'ERR_TOKEN_MALFORMED');
    }
    await refused(issuer.sign({ header: { kid: undefined } }), 'ERR_TOKEN_UNKNOWN_KEY');
    expect(fetches).toBe(before);
  });

  it('asks once for a kid that it does not know, and not at all when the token is refused anyway', async () => {
    const before = fetches;
    await refused(issuer.unknownKid(), 'ERR_TOKEN_UNKNOWN_KEY');
    expect(fetches).toBe(before + 1);
    await refused(issuer.unknownKid({ exp: now() - 3600 }), 'ERR_TOKEN_EXPIRED');
    await refused(issuer.unknownKid({ aud: 'other' }), 'ERR_TOKEN_AUDIENCE');
    expect(fetches).toBe(before + 1);
  });

  it('refuses a token of one key of the ring that names another one', async () => {
    const { active, standby } = issuer.ring;
    await refused(issuer.sign({ header: { kid: standby.kid }, key: active }), 'ERR_TOKEN_SIGNATURE');
  });
});

describe('keys in the header', () => {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const jwk = publicKey.export({ format: 'jwk' });
  const mine = (kid: string) => ({
    kid,
    sign: (signed: string) => sign('sha256', Buffer.from(signed), { key: privateKey, dsaEncoding: 'ieee-p1363' }),
  });

  it.each([
    ['jwk', { jwk }],
    ['jku', { jku: 'https://evil.test/jwks.json' }],
    ['x5u', { x5u: 'https://evil.test/cert.pem' }],
    ['x5c', { x5c: [publicKey.export({ type: 'spki', format: 'der' }).toString('base64')] }],
  ])('ignores %s: the key comes from the ring', async (_member, extra) => {
    const raw: RawToken = { header: extra, key: mine(issuer.ring.active.kid) };
    await refused(issuer.sign(raw), 'ERR_TOKEN_SIGNATURE');
    await refused(issuer.sign({ ...raw, key: mine('evil') }), 'ERR_TOKEN_UNKNOWN_KEY');
    await accepted(issuer.sign({ header: extra }));
  });

  it('refuses every crit, also one that is empty or names what everybody knows', async () => {
    for (const crit of [['exp'], ['b64'], [], 'exp', null, ['http://openid.net/unknown']]) {
      await refused(issuer.sign({ header: { crit, b64: false } }), 'ERR_TOKEN_CRITICAL_HEADER');
    }
  });
});

describe('types', () => {
  it('refuses a canary, in any spelling of its type', async () => {
    await refused(issuer.canary(), 'ERR_TOKEN_TYPE');
    for (const typ of ['keyturn-canary+jwt', 'application/keyturn-canary+jwt', 'KEYTURN-Canary+JWT']) {
      await refused(issuer.sign({ header: { typ } }), 'ERR_TOKEN_TYPE');
    }
  });

  it('refuses other types and accepts those of access tokens', async () => {
    for (const typ of ['dpop+jwt', 'logout+jwt', 'JWT ', ''])
      await refused(issuer.sign({ header: { typ } }), 'ERR_TOKEN_TYPE');
    await refused(issuer.sign({ header: { typ: 7 } }), 'ERR_TOKEN_MALFORMED');
    for (const typ of ['JWT', 'jwt', 'at+jwt', 'application/at+jwt', undefined])
      await accepted(issuer.sign({ header: { typ } }));
  });
});

describe('time', () => {
  it('refuses an expired token, with the leeway of the ring and not a second more', async () => {
    await refused(issuer.expired(), 'ERR_TOKEN_EXPIRED');
    await accepted(issuer.mint({ exp: now() - 20 }));
    await refused(issuer.mint({ exp: now() - 31 }), 'ERR_TOKEN_EXPIRED');
  });

  it('refuses a token that is not valid yet, or was issued in the future', async () => {
    await accepted(issuer.mint({ nbf: now() + 20, iat: now() + 20 }));
    await refused(issuer.mint({ nbf: now() + 60 }), 'ERR_TOKEN_NOT_YET_VALID');
    await refused(issuer.mint({ iat: now() + 60 }), 'ERR_TOKEN_NOT_YET_VALID');
  });

  it('refuses a token without exp, and times that are no numbers', async () => {
    await refused(issuer.mint({ exp: undefined }), 'ERR_TOKEN_CLAIMS');
    for (const exp of [null, '9999999999', [9999999999], {}, true, -1]) {
      await refused(issuer.mint({ exp } as never), 'ERR_TOKEN_CLAIMS');
    }
    const huge = payload().replace(/"exp":\d+/, '"exp":1e999');
    await refused(signTexts(header(), huge), 'ERR_TOKEN_CLAIMS');
    for (const claim of ['nbf', 'iat']) await refused(issuer.mint({ [claim]: '0' }), 'ERR_TOKEN_CLAIMS');
  });
});

describe('issuer and audience', () => {
  it('refuses every issuer but the exact one', async () => {
    for (const iss of [
      'https://issuer.test/',
      'HTTPS://issuer.test',
      'https://issuer.test.evil',
      '',
      undefined,
      null,
      1,
    ]) {
      await refused(issuer.mint({ iss }), 'ERR_TOKEN_ISSUER');
    }
    await refused(issuer.mint({ iss: ['https://issuer.test'] }), 'ERR_TOKEN_ISSUER');
  });

  it('accepts its audience as a text and in a list', async () => {
    await accepted(issuer.mint({ aud: 'keyturn' }));
    await accepted(issuer.mint({ aud: ['other', 'keyturn'] }));
  });

  it('refuses other audiences, as a text and in a list', async () => {
    await refused(issuer.wrongAudience(), 'ERR_TOKEN_AUDIENCE');
    for (const aud of ['', 'keyturn ', 'Keyturn', 'keyturn,other', ['other'], [], ['keyturn2', 'xkeyturn']]) {
      await refused(issuer.mint({ aud }), 'ERR_TOKEN_AUDIENCE');
    }
  });

  it('refuses an audience that is missing or of another type', async () => {
    for (const aud of [undefined, null, 1, { keyturn: true }, [['keyturn']], ['keyturn', 1]]) {
      await refused(issuer.mint({ aud } as never), 'ERR_TOKEN_CLAIMS');
    }
  });
});

describe('duplicate members', () => {
  const twice = (text: string, member: string): string => text.replace(/^\{/, `{${member},`);

  it.each(['"sub":"admin"', '"exp":9999999999', '"aud":"other"', '"\\u0073ub":"admin"', '"iss":"https://evil.test"'])(
    'refuses a payload with a second %s',
    (member) => refused(signTexts(header(), twice(payload(), member)), 'ERR_TOKEN_MALFORMED'),
  );

  it.each(['"alg":"none"', '"kid":"other"', '"\\u0061lg":"HS256"'])('refuses a header with a second %s', (member) =>
    refused(signTexts(twice(header(), member), payload()), 'ERR_TOKEN_MALFORMED'),
  );

  it('refuses duplicates inside nested objects, and no equal names of different objects', async () => {
    const nested = (text: string): string => payload().replace(/^\{/, `{"x":${text},`);
    await refused(signTexts(header(), nested('[{"a":1,"a":2}]')), 'ERR_TOKEN_MALFORMED');
    await accepted(signTexts(header(), nested('[{"a":1},{"a":{"a":["a","a"]},"b":"a\\"a,"}]')));
  });

  it('refuses a member named __proto__, which some libraries would merge', async () => {
    await refused(signTexts(header(), twice(payload(), '"__proto__":{"role":"admin"}')), 'ERR_TOKEN_MALFORMED');
  });
});

describe('shape', () => {
  const good = issuer.mint();
  const [head = '', body = '', signature = ''] = good.split('.');

  it('refuses every token that is cut short', async () => {
    for (let length = 0; length < good.length; length += 7) {
      await expect(verifier.verify(good.slice(0, length))).rejects.toMatchObject({ statusCode: 401 });
    }
    await expect(verifier.verify(good.slice(0, -1))).rejects.toMatchObject({ statusCode: 401 });
  });

  it('refuses more or fewer segments than three, and empty ones', async () => {
    for (const token of [
      '',
      '.',
      '..',
      `.${body}.${signature}`,
      `${head}..${signature}`,
      `${head}.${body}.`,
      `${good}.`,
      `${good}.x`,
      `.${good}`,
      `${head}.${body}`,
    ]) {
      await refused(token, 'ERR_TOKEN_MALFORMED');
    }
  });

  it('refuses a token that is too large before it looks at it', async () => {
    await refused('a'.repeat(8193), 'ERR_TOKEN_TOO_LARGE');
    await refused(issuer.mint({ filler: 'x'.repeat(9000) }), 'ERR_TOKEN_TOO_LARGE');
    await accepted(issuer.mint({ filler: 'x'.repeat(5000) }));
  });

  it('refuses JSON that nests deeply, without running out of stack', async () => {
    const deep = `{"a":${'['.repeat(2800)}${']'.repeat(2800)}}`;
    await refused(signTexts(header(), deep), 'ERR_TOKEN_CLAIMS');
    await refused(signTexts(header(), deep.slice(0, -2)), 'ERR_TOKEN_MALFORMED');
  });

  it('refuses base64url that is not canonical, also where decoding gives the same bytes', async () => {
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    // 64 bytes leave four unused bits in the last character: 15 other characters decode to the same bytes.
    const last = alphabet.indexOf(signature.at(-1) ?? '');
    for (let bits = 1; bits < 16; bits++) {
      const spelled = `${signature.slice(0, -1)}${alphabet[last | bits]}`;
      expect(Buffer.from(spelled, 'base64url')).toEqual(Buffer.from(signature, 'base64url'));
      await refused(`${head}.${body}.${spelled}`, 'ERR_TOKEN_MALFORMED');
    }
    for (const spelled of [
      `${signature}=`,
      `${signature}==`,
      `${signature} `,
      ` ${signature}`,
      `${signature}\n`,
      `${signature.slice(0, 5)} ${signature.slice(5)}`,
      `${signature}!`,
    ]) {
      await refused(`${head}.${body}.${spelled}`, 'ERR_TOKEN_MALFORMED');
    }
  });

  it('refuses the alphabet of plain base64, and padded headers and payloads', async () => {
    const plain = (bytes: Buffer): string => bytes.toString('base64');
    const [made, by] = verifierOf({});
    const token = made.mint({ text: '???>>>~~~' });
    const parts = token.split('.').map((part) => plain(Buffer.from(part, 'base64url')));
    expect(parts.join('')).toMatch(/[+/=]/);
    await refused(parts.join('.'), 'ERR_TOKEN_MALFORMED', by);
  });

  it('refuses payloads that are no object', async () => {
    for (const text of ['', 'null', '1', '"text"', '[]', '{', '{}x', "{'a':1}", 'true']) {
      await refused(signTexts(header(), text), 'ERR_TOKEN_MALFORMED');
      await refused(signTexts(text, payload()), 'ERR_TOKEN_MALFORMED');
    }
  });
});

describe('ES256 signatures', () => {
  const N = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
  const number = (bytes: Buffer): bigint => BigInt(`0x${bytes.toString('hex')}`);
  const bytes = (value: bigint): Buffer => Buffer.from(value.toString(16).padStart(64, '0'), 'hex');
  const good = issuer.mint();
  const start = good.slice(0, good.lastIndexOf('.'));
  const raw = Buffer.from(good.slice(good.lastIndexOf('.') + 1), 'base64url');
  const [r, s] = [raw.subarray(0, 32), raw.subarray(32)];
  const withSignature = (signature: Buffer): string => `${start}.${b64(signature)}`;

  it('accepts (r, n - s) for (r, s), as ECDSA does; it is the same principal and no identity (decision 0005)', async () => {
    const other = withSignature(Buffer.concat([r, bytes(N - number(s))]));
    expect(other).not.toBe(good);
    expect(await verifier.verify(other)).toEqual(await verifier.verify(good));
    await issuer.revoke();
    await refused(other, 'ERR_TOKEN_UNKNOWN_KEY');
    await refused(good, 'ERR_TOKEN_UNKNOWN_KEY');
  });

  it('refuses every other length and encoding', async () => {
    const by = verifier;
    const token = issuer.mint();
    const prefix = token.slice(0, token.lastIndexOf('.'));
    const signature = Buffer.from(token.slice(prefix.length + 1), 'base64url');
    const key = issuer.ring.active;
    for (const length of [1, 32, 63])
      await refused(`${prefix}.${b64(signature.subarray(0, length))}`, 'ERR_TOKEN_SIGNATURE', by);
    for (const more of [1, 8, 64]) {
      await refused(`${prefix}.${b64(Buffer.concat([signature, Buffer.alloc(more)]))}`, 'ERR_TOKEN_SIGNATURE', by);
      await refused(`${prefix}.${b64(Buffer.concat([Buffer.alloc(more), signature]))}`, 'ERR_TOKEN_SIGNATURE', by);
    }
    expect(key.sign(prefix)).toHaveLength(64);
  });

  it('refuses the same signature in DER', async () => {
    const token = issuer.mint();
    const prefix = token.slice(0, token.lastIndexOf('.'));
    const raw = Buffer.from(token.slice(prefix.length + 1), 'base64url');
    const integer = (bytes: Buffer): Buffer => {
      const positive = (bytes[0] ?? 0) > 127 ? Buffer.concat([Buffer.alloc(1), bytes]) : bytes;
      return Buffer.concat([Buffer.from([2, positive.length]), positive]);
    };
    const both = Buffer.concat([integer(raw.subarray(0, 32)), integer(raw.subarray(32))]);
    await refused(`${prefix}.${b64(Buffer.concat([Buffer.from([0x30, both.length]), both]))}`, 'ERR_TOKEN_SIGNATURE');
    await accepted(token);
  });

  it('refuses r and s that are zero or not below n', async () => {
    const token = issuer.mint();
    const prefix = token.slice(0, token.lastIndexOf('.'));
    const zero = Buffer.alloc(32);
    const full = Buffer.alloc(32, 0xff);
    for (const signature of [
      Buffer.concat([zero, zero]),
      Buffer.concat([r, zero]),
      Buffer.concat([zero, s]),
      Buffer.concat([bytes(N), bytes(N)]),
      Buffer.concat([full, full]),
      Buffer.concat([bytes(1n), bytes(1n)]),
    ]) {
      await refused(`${prefix}.${b64(signature)}`, 'ERR_TOKEN_SIGNATURE');
    }
  });

  it.each(['ES384', 'EdDSA', 'RS256', 'PS256', 'HS256'] as const)(
    'refuses %s signatures of a wrong length',
    async (algorithm) => {
      const [made, by] = verifierOf({ algorithm });
      const token = made.mint();
      const prefix = token.slice(0, token.lastIndexOf('.'));
      const signature = Buffer.from(token.slice(prefix.length + 1), 'base64url');
      await refused(`${prefix}.${b64(signature.subarray(1))}`, 'ERR_TOKEN_SIGNATURE', by);
      await refused(`${prefix}.${b64(signature.subarray(0, -1))}`, 'ERR_TOKEN_SIGNATURE', by);
      await refused(`${prefix}.${b64(Buffer.concat([signature, Buffer.alloc(1)]))}`, 'ERR_TOKEN_SIGNATURE', by);
      await refused(`${prefix}.${b64(randomBytes(signature.length))}`, 'ERR_TOKEN_SIGNATURE', by);
      await accepted(token, by);
    },
  );
});

describe('Unicode tricks in claims', () => {
  it('refuses text that is not UTF-8, overlong forms and a byte order mark', async () => {
    const bytesOf = (...bytes: number[]): Buffer => {
      const [before = '', after = ''] = payload().replace('user-1', 'user|1').split('|');
      return Buffer.concat([Buffer.from(before), Buffer.from(bytes), Buffer.from(after)]);
    };
    for (const bytes of [
      [0xff],
      [0xc0, 0xaf],
      [0xe0, 0x80, 0xaf],
      [0xed, 0xa0, 0x80],
      [0xf5, 0x80, 0x80, 0x80],
      [0xc3],
    ]) {
      await refused(signTexts(header(), bytesOf(...bytes)), 'ERR_TOKEN_MALFORMED');
    }
    await refused(
      signTexts(header(), Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), Buffer.from(payload())])),
      'ERR_TOKEN_MALFORMED',
    );
    await refused(signTexts(header(), Buffer.from(payload(), 'utf16le')), 'ERR_TOKEN_MALFORMED');
  });

  it('refuses lone surrogates, which become another character when they are written down', async () => {
    for (const trick of ['\\ud800', '\\udc00', '\\udc00\\ud800']) {
      await refused(signTexts(header(), payload().replace('user-1', trick)), 'ERR_TOKEN_MALFORMED');
    }
    await expect(
      verifier.verify(signTexts(header(), payload().replace('user-1', '\\ud83d\\ude00'))),
    ).resolves.toMatchObject({ sub: '😀' });
  });

  it('compares issuer and audience by code point: look-alikes and other normal forms are other texts', async () => {
    const [made, by] = verifierOf({ issuer: 'https://café.test', audience: 'café' });
    await accepted(made.mint(), by);
    await refused(made.mint({ iss: 'https://cafe\u0301.test' }), 'ERR_TOKEN_ISSUER', by);
    await refused(made.mint({ iss: 'https://cаfé.test' }), 'ERR_TOKEN_ISSUER', by);
    await refused(made.mint({ iss: 'https://café.test\0' }), 'ERR_TOKEN_ISSUER', by);
    for (const aud of ['cafe\u0301', 'café\u200b', '\ufeffcafé', 'ｃafé', 'CAFÉ'])
      await refused(made.mint({ aud }), 'ERR_TOKEN_AUDIENCE', by);
  });

  it('never takes a look-alike for a role or a permission', async () => {
    const roles = ['Admin', 'аdmin', 'admin\u200b', 'ad\u00admin', 'ａdmin', 'admin\0'];
    const principal = await verifier.verify(issuer.mint({ roles, permissions: ['tasks:reаd', '＊'] }));
    expect(principal.roles).not.toContain('admin');
    expect(principal.permissions).not.toContain('tasks:read');
    expect(principal.permissions).not.toContain('*');
  });

  it('refuses claims of authority of another type instead of reading them as none', async () => {
    for (const claim of ['permissions', 'roles', 'scope']) {
      for (const value of [{ 0: 'admin' }, [1], [['admin']], 7, true])
        await refused(issuer.mint({ [claim]: value }), 'ERR_TOKEN_CLAIMS');
    }
    await refused(issuer.mint({ role: ['admin'] } as never), 'ERR_TOKEN_CLAIMS');
    for (const sub of [undefined, null, '', 7, ['user-1'], { id: 1 }])
      await refused(issuer.mint({ sub } as never), 'ERR_TOKEN_CLAIMS');
  });
});

describe('what is said about a refusal', () => {
  it('never repeats the token, a claim or a key', async () => {
    const secret = 'do-not-repeat-me';
    const tokens = [
      issuer.mint({ iss: secret }),
      issuer.mint({ aud: secret }),
      issuer.mint({ sub: [secret] } as never),
      issuer.sign({ header: { kid: secret } }),
      issuer.sign({ header: { alg: secret } }),
      issuer.sign({ header: { typ: secret } }),
      signTexts(header(), `{"${secret}`),
      `${secret}.${json({})}.x`,
    ];
    for (const token of tokens) {
      const error = await verifier.verify(token).catch((reason: unknown) => reason as Error);
      expect(error).toBeInstanceOf(Error);
      expect(JSON.stringify({ ...(error as Error), message: (error as Error).message })).not.toContain(secret);
    }
  });
});
