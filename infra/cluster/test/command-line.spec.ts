import { describe, expect, it } from '@jest/globals';
import { ArgumentError, parseArguments } from '../src/cli/arguments.js';
import { quote } from '../src/cli/commands.js';

describe('the command line', () => {
  it('knows the commands and what belongs to them', () => {
    expect(parseArguments(['up', '--control-plane-only'])).toEqual({ name: 'up', controlPlaneOnly: true });
    expect(parseArguments(['build'])).toEqual({ name: 'build', controlPlaneOnly: false });
    expect(parseArguments(['down'])).toEqual({ name: 'down' });
    expect(parseArguments(['load', 'localhost/app:1', 'base.tar'])).toEqual({
      name: 'load',
      sources: ['localhost/app:1', 'base.tar'],
    });
    expect(parseArguments(['restart', 'kubelet'])).toEqual({ name: 'restart', daemon: 'kubelet' });
    expect(parseArguments([])).toEqual({ name: 'help' });
  });

  it.each([
    [['upp'], 'upp: is no command'],
    [['down', 'now'], 'down: takes no further argument, not now'],
    [['down', '--control-plane-only'], '--control-plane-only: belongs to build and up'],
    [['load'], 'load: name at least one image or file'],
    [['restart', 'init'], 'restart: name one of etcd, kube-apiserver'],
    [['up', '--fast'], "Unknown option '--fast'"],
  ])('refuses %j and says what is wrong', (argv, message) => {
    expect(() => parseArguments(argv)).toThrow(ArgumentError);
    expect(() => parseArguments(argv)).toThrow(message);
  });

  it('prints paths so that a shell reads them as they are', () => {
    expect(quote('/state/cluster-1')).toBe('/state/cluster-1');
    expect(quote("/a b/it's")).toBe(`'/a b/it'\\''s'`);
  });
});
