import { describe, expect, it } from '@jest/globals';
import { CookieJar } from '../src/load/cookie-jar.js';
import { readAccessToken, sessionCredential } from '../src/load/credential.js';
import { followed, noSession, sessionOf, signsIn, succeeds } from '../src/load/expectations.js';
import { totpCode } from '../src/load/totp.js';

const somebody = { user: { email: 'somebody@example.com' } };

describe('what a user takes for a good answer', () => {
  it('takes no session, or a 401 with a live credential, for a logout', () => {
    const expected = sessionOf('somebody@example.com');
    expect(expected({ status: 200, body: somebody }, true).outcome).toBe('ok');
    expect(expected({ status: 200, body: null }, true)).toEqual({ outcome: 'logout', detail: 'no session' });
    expect(expected({ status: 401, body: { code: 'UNAUTHORIZED' } }, true).outcome).toBe('logout');
    expect(succeeds()({ status: 401, body: null }, true).outcome).toBe('logout');
  });

  it('takes a 401 without a credential for a mistake, not for a logout', () => {
    expect(succeeds()({ status: 401, body: null }, false).outcome).toBe('unexpected');
  });

  it('notices the session of somebody else, and one that lives on after its sign-out', () => {
    expect(sessionOf('other@example.com')({ status: 200, body: somebody }, true).outcome).toBe('unexpected');
    expect(noSession({ status: 200, body: somebody }, false).outcome).toBe('unexpected');
    expect(noSession({ status: 200, body: null }, false).outcome).toBe('ok');
  });

  it('tells an outage from a refusal, and both from an answer to another question', () => {
    expect(succeeds()({ status: 503, body: null }, true).outcome).toBe('unavailable');
    expect(succeeds()({ status: 500, body: null }, true)).toEqual({ outcome: 'unexpected', detail: '500' });
    expect(succeeds(() => false)({ status: 200, body: {} }, true).outcome).toBe('unexpected');
  });

  it('follows a link to where it leads, and notices when that is an error', () => {
    expect(followed({ status: 302, body: '', location: '/' }, true).outcome).toBe('ok');
    expect(followed({ status: 302, body: '', location: '/?error=TOKEN_EXPIRED' }, true).outcome).toBe('logout');
  });

  it('wants a second factor from a new device, and none from a trusted one', () => {
    const asked = { status: 200, body: { twoFactorRedirect: true } };
    expect(signsIn(false)(asked, false).outcome).toBe('ok');
    expect(signsIn(true)(asked, false).outcome).toBe('logout');
    expect(signsIn(false)({ status: 200, body: somebody }, false).outcome).toBe('unexpected');
  });
});

describe('what a user holds', () => {
  it('keeps cookies as a browser does: replaced, ended, expired', () => {
    const jar = new CookieJar();
    jar.take(['a.session_token=one; Max-Age=10; HttpOnly', 'a.mark=1'], 0);
    expect(jar.header(9_999)).toBe('a.session_token=one; a.mark=1');
    expect(jar.header(10_000)).toBe('a.mark=1');
    jar.take(['a.session_token=two; Max-Age=10', 'a.mark=; Max-Age=0'], 5_000);
    expect(jar.header(14_999)).toBe('a.session_token=two');
    expect(jar.valueOf('session_token', 14_999)).toBe('two');
    jar.forget('session_token');
    expect(jar.header(0)).toBeUndefined();
  });

  it('names a session by what stays when its signature is renewed, and not by anything that could be used', () => {
    const [before, after] = [sessionCredential('abcdef.signature1', 7), sessionCredential('abcdef.signature2', 7)];
    expect(before).toEqual(after);
    expect(JSON.stringify(before)).not.toContain('abcdef');
  });

  it('reads from a token what it needs to renew it in time', () => {
    const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
    const token = `${part({ alg: 'ES256', kid: 'k1' })}.${part({ sub: 'u1', iat: 100, exp: 160 })}.signature`;
    expect(readAccessToken(token)).toMatchObject({ kid: 'k1', sub: 'u1', issuedAt: 100_000, endsAt: 160_000 });
  });

  it('makes the codes of RFC 6238, appendix B', () => {
    const uri = 'otpauth://totp/x?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ';
    expect(totpCode(uri, 59_000)).toBe('287082');
    expect(totpCode(uri, 1_111_111_109_000)).toBe('081804');
  });
});
