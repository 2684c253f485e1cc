import { describe, expect, it } from '@jest/globals';
import { isLive, type Key, keysToShow, timeLine } from '../src/admin/ring';

const at = (seconds: number): string => new Date(1_700_000_000_000 + seconds * 1_000).toISOString();
const now = Date.parse(at(80));

const KEYS: readonly Key[] = [
  { kid: 'older', state: 'retired', createdAt: at(-50), activatedAt: at(-40) },
  { kid: 'old', state: 'draining', createdAt: at(0), activatedAt: at(20), drainUntil: at(90) },
  { kid: 'signs', state: 'active', createdAt: at(20), activatedAt: at(60) },
  { kid: 'next', state: 'pending', createdAt: at(60) },
];

describe('the time line of a ring', () => {
  it('shows what each key was, is and will be, with the present at 80 %', () => {
    const { lines } = timeLine(KEYS.slice(1), now);
    expect(lines.get('old')).toEqual([
      { state: 'pending', from: 0, to: 20 },
      { state: 'active', from: 20, to: 60 },
      { state: 'draining', from: 60, to: 90 },
    ]);
    expect(lines.get('signs')).toEqual([
      { state: 'pending', from: 20, to: 60 },
      { state: 'active', from: 60, to: 100 },
    ]);
    expect(lines.get('next')).toEqual([{ state: 'pending', from: 60, to: 80 }]);
  });

  it('keeps one key that is gone, and never offers to revoke it', () => {
    const gone: Key = { kid: 'first', state: 'revoked', createdAt: at(-90) };
    expect(keysToShow([gone, ...KEYS]).map(({ kid }) => kid)).toEqual(['older', 'old', 'signs', 'next']);
    expect(KEYS.filter(isLive).map(({ kid }) => kid)).toEqual(['old', 'signs', 'next']);
  });
});
