import { describe, expect, it } from '@jest/globals';
import { readArguments } from '../src/launch/arguments.js';
import { whyNoNode } from '../src/launch/prerequisites.js';
import { normalised, withoutPace } from '../src/report/normalised.js';

const status = (capabilities: string) => (): string => `Name:\tnode\nCapEff:\t${capabilities}\n`;

describe('where the suite runs', () => {
  it('says why no node can run here', () => {
    expect(whyNoNode('darwin', 0, status('ffffffffffffffff'))).toContain('Linux only, not on darwin');
    expect(whyNoNode('linux', 1000, status('0000000000000000'))).toContain('needs root');
    expect(whyNoNode('linux', 0, status('00000000a80425fb'))).toContain('CAP_SYS_ADMIN');
    expect(whyNoNode('linux', 0, status('000001ffffffffff'))).toBeUndefined();
  });

  it('writes a report when it is asked to, under its usual name or another', () => {
    expect(readArguments([])).toEqual({});
    expect(readArguments(['--own'])).toEqual({ own: true });
    expect(readArguments(['--report'])).toEqual({ report: 'docs/reports/cluster.md' });
    expect(readArguments(['--report', '--only', 'revoke'])).toEqual({
      report: 'docs/reports/cluster.md',
      only: 'revoke',
    });
    expect(readArguments(['--report', 'figures.md'])).toEqual({ report: 'figures.md' });
    expect(() => readArguments(['--reprot'])).toThrow('--reprot');
  });
});

describe('what a command prints, as a golden file has it', () => {
  it('is free of ages, times, key ids and names of pods', () => {
    const kid = 'x'.repeat(43);
    const printed = `NAME    KEYS   AGE\naccess-tokens   ${kid}   3   2m5s   \nkeyturn-tasks-7d4b9c6f5d-x2x9z  2026-11-21T10:00:00.000Z\n`;
    expect(normalised(printed)).toBe('NAME  KEYS  AGE\naccess-tokens  KID  3  AGE\nkeyturn-tasks-POD  TIME\n');
  });

  it('does not depend on whether a key that drains is retired meanwhile', () => {
    const printed = (keys: number, generation: number, draining: string): string =>
      `a/tokens  True  KID  ${keys}  AGE\n  ES256, generation ${generation}, 5/5\n${draining}  KID…  active\n`;
    const before = printed(3, 8, '  KID…  draining  accepted until in AGE\n');
    expect(withoutPace(before)).toBe(withoutPace(printed(2, 9, '')));
    expect(withoutPace(before)).toBe('a/tokens  True  KID  N  AGE\n  ES256, generation N, 5/5\n  KID…  active\n');
  });

  it('keeps what says something: states, counts, reasons', () => {
    expect(normalised('  KID12345678…  draining  accepted until in 2m 5s\n7/8  Waiting\n')).toBe(
      'KID…  draining  accepted until in AGE\n7/8  Waiting\n',
    );
  });
});
