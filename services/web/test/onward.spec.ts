import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { bodyOf, oauthQueryIn, queryOf } from '../src/sign-in/onward';

const SIGNED = ['client_id', 'scope', 'redirect_uri', 'exp', 'ba_param'];

/** As the auth service sends it, with what else a page may have been given. */
const given = (values: readonly string[], more: readonly (readonly [string, string])[]): URLSearchParams => {
  const query = new URLSearchParams(SIGNED.slice(0, -1).map((name, n) => [name, values[n] ?? '']));
  for (const name of SIGNED) query.append('ba_param', name);
  query.append('sig', 'signature+/=');
  for (const [name, value] of more) query.append(name, value);
  return query;
};

describe('an authorization request that passes through the pages', () => {
  it('comes out as it was signed, whatever else the pages were given', () => {
    const extra = fc.array(fc.tuple(fc.constantFrom('callback', 'error', 'locale', 'x'), fc.string()));
    fc.assert(
      fc.property(fc.array(fc.string(), { maxLength: 4 }), extra, (values, more) => {
        const oauthQuery = oauthQueryIn(given(values, more));
        expect(oauthQuery).toBe(given(values, []).toString());
        const again = oauthQueryIn(
          new URLSearchParams(queryOf({ page: '/en/tasks', ...(oauthQuery && { oauthQuery }) })),
        );
        expect(bodyOf({ page: '/en/tasks', ...(again && { oauthQuery: again }) })).toEqual({ oauth_query: oauthQuery });
      }),
    );
  });

  it('is none without a signature, and what was put in beside a signed value stays to be refused', () => {
    expect(oauthQueryIn(new URLSearchParams('client_id=x&scope=openid'))).toBeUndefined();
    expect(oauthQueryIn(new URLSearchParams('client_id=x&sig=y'))).toBeUndefined();
    expect(bodyOf({ page: '/en/tasks' })).toEqual({});
    expect(oauthQueryIn(given(['a'], [['client_id', 'evil']]))).toContain('client_id=evil');
  });
});
