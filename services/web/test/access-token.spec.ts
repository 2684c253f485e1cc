import { describe, expect, it } from '@jest/globals';
import { readAccessToken } from '../src/api/access-token';

const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const tokenOf = (payload: object): string => `${part({ alg: 'ES256' })}.${part(payload)}.sig`;

describe('an access token in the page', () => {
  it('is replaced in the last quarter of its life, by the clock of the page', () => {
    const now = 1_700_000_000_000;
    const wrongClock = { iat: 5_000, exp: 5_060, name: 'Zoë ✓' };
    expect(readAccessToken(tokenOf(wrongClock), now)).toMatchObject({ renewAt: now + 45_000, expiresAt: now + 60_000 });
  });

  it('is never used when it has no life', () => {
    expect(readAccessToken(tokenOf({ iat: 10, exp: 5 }), 7)).toMatchObject({ renewAt: 7, expiresAt: 7 });
    for (const text of ['', 'opaque', tokenOf({ sub: 'x' })])
      expect(() => readAccessToken(text, 0)).toThrow(SyntaxError);
  });
});
