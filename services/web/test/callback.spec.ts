import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { safeCallback, signInPath } from '../src/security/callback';

const OTHERWISE = '/en/tasks';
const SITE = 'https://app.example.org';

/** What attackers write, in any order and between anything else. */
const piece = fc.constantFrom(
  '/',
  '\\',
  '//',
  '\\\\',
  '.',
  '..',
  '@',
  ':',
  '?',
  '#',
  '%2f',
  '%5c',
  '%09',
  '\t',
  '\n',
  '\r',
  '\0',
  ' ',
  '　',
  '。',
  'en',
  'de',
  'tasks',
  'evil.example',
  'https:',
  'javascript:',
  'data:',
  'api',
  'x',
);
const hostile = fc
  .array(fc.oneof(piece, fc.string({ maxLength: 3, unit: 'binary' })), { maxLength: 12 })
  .map((all) => all.join(''));
const asked = fc.oneof(
  hostile,
  hostile.map((text) => `/en/${text}`),
  hostile.map((text) => `/${text}`),
  fc.webUrl(),
);

describe('a callback', () => {
  it('always stays on this site, at a page below a locale, however a browser reads it', () => {
    fc.assert(
      fc.property(asked, (text) => {
        const { origin, pathname } = new URL(safeCallback(text, OTHERWISE), SITE);
        expect(origin).toBe(SITE);
        expect(pathname).toMatch(/^\/(en|de)(\/|$)/);
      }),
      { numRuns: 5_000 },
    );
  });

  it('is what it says: checked once more, it stays the same', () => {
    fc.assert(
      fc.property(
        asked,
        (text) => safeCallback(safeCallback(text, OTHERWISE), '/de') === safeCallback(text, OTHERWISE),
      ),
    );
  });

  it('comes back through the sign-in page as it was', () => {
    const page = fc.constantFrom('/en/tasks', '/de/tasks?show=open&search=a%26b', '/en/admin/keys', '/de');
    fc.assert(
      fc.property(page, (path) => {
        const given = new URL(signInPath('en', path), SITE).searchParams.get('callback');
        expect(safeCallback(given, OTHERWISE)).toBe(path);
      }),
    );
  });

  it.each([
    '//evil.example',
    '/\\evil.example',
    '/\t/evil.example',
    'https://evil.example',
    'javascript:alert(1)',
    '/.//evil.example',
    '/en/..//evil.example',
    '/en/%2e%2e//evil.example',
    '/@evil.example',
    '/api/auth/sign-out',
    '/en/sign-in',
    '/de/reset?token=x',
    '/fr/tasks',
    '',
    'en/tasks',
    '/english',
  ])('is not %j', (text) => {
    expect(safeCallback(text, OTHERWISE)).toBe(OTHERWISE);
  });
});
