import { describe, expect, it } from '@jest/globals';
import { busyByPackage, type CpuProfile, packageOf, profileTable } from '../src/bench/profile.js';

const frame = (url: string, functionName = 'f') => ({ functionName, url });

describe('the package of a function', () => {
  it.each([
    ['file:///work/node_modules/@nestjs/core/router/x.js', '@nestjs/core'],
    ['file:///work/node_modules/a/node_modules/jose/dist/x.js', 'jose'],
    ['file:///work/services/guard/dist/nest/x.js', 'services/guard'],
    ['node:_http_server', 'node'],
    ['file:///work/elsewhere.js', 'other'],
  ])('of %s is %s', (url, name) => {
    expect(packageOf(frame(url))).toBe(name);
  });

  it('is V8’s own word where there is no file, and native code otherwise', () => {
    expect(packageOf(frame('', '(program)'))).toBe('(program)');
    expect(packageOf(frame('', 'writev'))).toBe('native functions');
  });
});

describe('busy time', () => {
  const profile: CpuProfile = {
    startTime: 1_000,
    nodes: [
      { id: 1, callFrame: frame('', '(idle)') },
      { id: 2, callFrame: frame('node:net') },
      { id: 3, callFrame: frame('file:///work/node_modules/jose/x.js') },
    ],
    samples: [2, 1, 3, 2],
    timeDeltas: [10, 20, 30, 40],
  };

  it('is counted within the span only, and idle time never', () => {
    expect([...busyByPackage(profile, { from: 1_010, until: 1_060 })]).toEqual([['jose', 30]]);
    expect([...busyByPackage(profile, { from: 0, until: 2_000 })]).toEqual([
      ['node', 50],
      ['jose', 30],
    ]);
  });

  it('is shown for each request, what is small in one row', () => {
    const busy = busyByPackage(profile, { from: 0, until: 2_000 });
    const table = profileTable([{ side: 'one', requests: 10, busy }], 4);
    expect(table.split('\n').slice(2)).toEqual(['| node | 5.0 |', '| the rest | 3.0 |', '| **together** | 8.0 |']);
  });
});
