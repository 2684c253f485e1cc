import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { BASE_ERROR_CODES } from 'better-auth';
import { TWO_FACTOR_ERROR_CODES } from 'better-auth/plugins/two-factor';
import { routing } from '../src/i18n/routing';

const AUTH = fileURLToPath(new URL('../../auth/src/', import.meta.url));

interface Texts {
  readonly failure: { readonly codes: Record<string, string>; readonly rules: Record<string, string> };
}

const textsOf = (locale: string): Texts['failure'] =>
  (JSON.parse(readFileSync(new URL(`../messages/${locale}.json`, import.meta.url), 'utf8')) as Texts).failure;

const namesIn = (text: string, pattern: RegExp): string[] => [...text.matchAll(pattern)].map(([, name]) => name!);

/** Rules for passwords and addresses, as the auth service names them. */
const rules = namesIn(readFileSync(`${AUTH}accounts/broken-rule.ts`, 'utf8'), /'([a-z]+-[a-z-]+)'/g);

/** Each time something else: the words of the service are shown. */
const SAID_BY_THE_SERVICE = ['ERR_REQUEST_REFUSED'];

/** Codes of the admin API. */
const administration = globSync('admin/**/*.ts', { cwd: AUTH })
  .flatMap((file) => namesIn(readFileSync(`${AUTH}${file}`, 'utf8'), /'(ERR_[A-Z_]+)'/g))
  .filter((code) => !SAID_BY_THE_SERVICE.includes(code));

const codes = [...Object.keys(BASE_ERROR_CODES), ...Object.keys(TWO_FACTOR_ERROR_CODES), ...administration];

describe('what the auth service refuses', () => {
  it.each(routing.locales)(
    'is said in %s: every rule that a password or an address can break, every error code',
    (locale) => {
      expect(rules).toContain('common-password');
      expect(administration).toContain('ERR_LAST_ADMINISTRATOR');
      const texts = textsOf(locale);
      expect(rules.filter((rule) => !texts.rules[rule])).toEqual([]);
      expect(codes.filter((code) => !texts.codes[code])).toEqual([]);
    },
  );
});
