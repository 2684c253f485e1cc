import { globSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { BASE_ERROR_CODES } from 'better-auth';
import { TWO_FACTOR_ERROR_CODES } from 'better-auth/plugins/two-factor';
import { routing } from '../src/i18n/routing';

const BETTER_AUTH = dirname(createRequire(import.meta.url).resolve('better-auth'));
const AUTH = fileURLToPath(new URL('../../auth/src/', import.meta.url));

interface Texts {
  readonly failure: { readonly codes: Record<string, string>; readonly rules: Record<string, string> };
}

const textsOf = (locale: string): Texts['failure'] =>
  (JSON.parse(readFileSync(new URL(`../messages/${locale}.json`, import.meta.url), 'utf8')) as Texts).failure;

const namesIn = (text: string, pattern: RegExp): string[] => [...text.matchAll(pattern)].map(([, name]) => name!);

/** Rules for passwords and addresses, as the auth service names them. */
const rules = namesIn(readFileSync(`${AUTH}accounts/broken-rule.ts`, 'utf8'), /'([a-z]+-[a-z-]+)'/g);

/** Each time something else, so the words of the service are shown, or a general text; or the rules that are broken; or that it is away. */
const OTHERWISE = ['ERR_REQUEST_REFUSED', 'BAD_REQUEST', 'RULES_BROKEN', 'SERVICE_UNAVAILABLE', 'TOKENS_UNAVAILABLE'];

/** What the auth service answers by itself, besides Better Auth's codes. */
const own = globSync('**/*.ts', { cwd: AUTH })
  .flatMap((file) => namesIn(readFileSync(`${AUTH}${file}`, 'utf8'), /(?:code: |refuse\()'([A-Z][A-Z_]+)'/g))
  .filter((code) => !OTHERWISE.includes(code));

/** Of calls for a provider's tokens, and of a flow that is off: no page makes them. */
const NOT_ASKED_FOR = [
  'ACCESS_TOKEN_NOT_FOUND',
  'FAILED_TO_GET_ACCESS_TOKEN',
  'FAILED_TO_REFRESH_ACCESS_TOKEN',
  'PROVIDER_NOT_CONFIGURED',
  'PROVIDER_NOT_SUPPORTED',
  'REFRESH_TOKEN_NOT_FOUND',
  'TOKEN_REFRESH_NOT_SUPPORTED',
  'USER_ID_OR_SESSION_REQUIRED',
];

/** What Better Auth answers without a name in one of its tables. */
const inline = globSync(['api/routes/*.mjs', 'oauth2/*.mjs', 'plugins/two-factor/**/*.mjs'], { cwd: BETTER_AUTH })
  .flatMap((file) => namesIn(readFileSync(`${BETTER_AUTH}/${file}`, 'utf8'), /\bcode: "([A-Z][A-Z_]+)"/g))
  .filter((code) => !NOT_ASKED_FOR.includes(code));

const codes = [...inline, ...Object.keys(BASE_ERROR_CODES), ...Object.keys(TWO_FACTOR_ERROR_CODES), ...own];

describe('what the auth service refuses', () => {
  it.each(routing.locales)(
    'is said in %s: every rule that a password or an address can break, every error code',
    (locale) => {
      expect(rules).toContain('common-password');
      expect(own).toEqual(
        expect.arrayContaining(['ERR_LAST_ADMINISTRATOR', 'ERR_NOT_ADMINISTRATOR', 'ACCOUNT_DISABLED']),
      );
      expect(inline).toEqual(expect.arrayContaining(['UNAUTHORIZED', 'OAUTH_LINK_ERROR', 'TOTP_NOT_CONFIGURED']));
      const texts = textsOf(locale);
      expect(rules.filter((rule) => !texts.rules[rule])).toEqual([]);
      expect(codes.filter((code) => !texts.codes[code])).toEqual([]);
    },
  );
});
