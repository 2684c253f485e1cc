import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { signingSecret } from '../src/better-auth/ring-secrets.js';
import {
  carryHeaders,
  carryLink,
  carryTrustedDevice,
  parseSigned,
  type SigningSecret,
  type SigningSecrets,
} from '../src/session-secret/index.js';

const fresh = (): SigningSecret => signingSecret({ kid: 'k', secret: randomBytes(32).toString('base64url') });
const [active, older, stranger] = [fresh(), fresh(), fresh()];
const secrets: SigningSecrets = { active, others: [older], distrusted: false };
const PREFIX = 'better-auth';

const carryCookie = (cookie: string) => carryHeaders({ cookie, authorization: null }, secrets, PREFIX);
const signedBy = (secret: SigningSecret, value: string) => encodeURIComponent(`${value}.${secret.sign(value)}`);

describe('carrying over', () => {
  it('gives every value of an older secret the same value signed by the active one', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), (value) => {
        const { resigned } = carryCookie(`${PREFIX}.anything=${signedBy(older, value)}`);
        // Given without percent-encoding, which a value may look like.
        const result = parseSigned(encodeURIComponent(resigned.get(`${PREFIX}.anything`)!))!;
        expect(result.value).toBe(value);
        expect(active.verify(result.value, result.signature)).toBe(true);
      }),
    );
  });

  it('changes nothing that no older secret signed: cookies, bearer tokens, links', () => {
    const texts = fc.oneof(
      fc.string({ unit: 'binary-ascii' }),
      fc.webUrl(),
      fc.string({ minLength: 1 }).map((value) => signedBy(active, value)),
      fc.string({ minLength: 1 }).map((value) => signedBy(stranger, value)),
    );
    fc.assert(
      fc.property(texts, fc.constantFrom('session_token', 'session_data', 'session_data.0', 'x'), (text, name) => {
        const cookie = `${PREFIX}.${name}=${text}`;
        const carried = carryHeaders({ cookie, authorization: `Bearer ${text}` }, secrets, PREFIX);
        expect(carried).toEqual({ resigned: new Map() });
        const link = `http://localhost/api/auth/verify-email?callbackURL=${encodeURIComponent(text)}`;
        expect(carryLink(link, secrets)).toBe(link);
      }),
    );
  });

  it('never makes a valid signature out of a changed value', () => {
    const value = 'Vd1nkZ0HhB1gQ4fT9sJqv3Y6w8XyL2Rc';
    const wire = `${value}.${older.sign(value)}`;
    fc.assert(
      fc.property(fc.nat(wire.length - 1), fc.constantFrom(...'AZaz09+/=.'), (at, character) => {
        fc.pre(wire[at] !== character);
        const changed = wire.slice(0, at) + character + wire.slice(at + 1);
        const { resigned } = carryCookie(`${PREFIX}.session_token=${encodeURIComponent(changed)}`);
        // The last character of base64 before the padding has bits that mean nothing.
        const result = resigned.get(`${PREFIX}.session_token`);
        expect(result === undefined || parseSigned(result)?.value === value).toBe(true);
      }),
    );
  });

  it('leaves the cookies of others alone', () => {
    const cookie = `other=${signedBy(older, 'x')}; better-authority.x=${signedBy(older, 'y')}`;
    expect(carryCookie(cookie).cookie).toBeUndefined();
  });

  it('trusts a device only with both signatures of the same secret, for the user it was given for', () => {
    const inner = (secret: SigningSecret, user: string) =>
      secret.sign(`${user}!trust-1`).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
    const device = { trustId: 'trust-1', inner: inner(older, 'ada') };
    expect(carryTrustedDevice(device, 'ada', older, active)).toMatch(/^[\w-]{43}!trust-1\./);
    expect(carryTrustedDevice(device, 'mallory', older, active)).toBeUndefined();
    expect(carryTrustedDevice({ ...device, inner: inner(stranger, 'ada') }, 'ada', older, active)).toBeUndefined();
  });
});
