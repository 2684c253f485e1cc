import { describe, expect, it } from '@jest/globals';
import { chooseApps, readArguments } from '../src/index.js';

const chosen = (line: string, missing?: string) => {
  const { apps, leftOut } = chooseApps(readArguments(line.split(' ').filter(Boolean), '1.0.0'), missing);
  return { names: apps.map(({ name }) => name), leftOut };
};
const WITHOUT = /^reports is left out: .*--python-base/;

describe('a service in Python', () => {
  it('has an image where there is a Python and nobody names another base', () => {
    expect(chosen('')).toEqual({ names: expect.arrayContaining(['auth', 'operator', 'reports']), leftOut: undefined });
  });

  it.each(['--base distroless', '--registry registry.example --push', '--registry r --push --base distroless'])(
    'is left out of images for elsewhere, which have no base for it: %s',
    (line) => {
      const { names, leftOut } = chosen(line);
      expect(names).toEqual(expect.arrayContaining(['auth', 'operator', 'tasks']));
      expect(names).not.toContain('reports');
      expect(leftOut).toMatch(WITHOUT);
      expect(chosen(`${line} --python-base python`)).toMatchObject({ leftOut: undefined });
    },
  );

  it('is left out on a machine without Python', () => {
    expect(chosen('', 'there is no Python').leftOut).toBe('reports is left out: there is no Python');
    expect(chosen('tasks', 'there is no Python')).toEqual({ names: ['tasks'], leftOut: undefined });
  });

  it('that was asked for by name is missed with an error', () => {
    expect(() => chosen('--base distroless reports')).toThrow(/^reports: .*--python-base/);
    expect(() => chosen('reports', 'there is no Python')).toThrow('reports: there is no Python');
    expect(chosen('--base distroless --python-base python reports').names).toEqual(['reports']);
  });
});
