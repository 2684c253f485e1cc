import { describe, expect, it } from '@jest/globals';
import { explained, type Kubectl } from '../src/report/explained.js';
import { until } from '../src/cluster/wait.js';

const pod = (name: string, ready: string) => ({
  metadata: { name },
  status: {
    phase: 'Running',
    conditions: [{ type: 'Ready', status: ready }],
    containerStatuses: [{ name: 'app', ready: ready === 'True', restartCount: 0, state: {} }],
  },
});

const said = (items: readonly object[]): Kubectl => {
  return async ([verb, name]) =>
    verb === 'logs' ? `[${name}/app] no database\n[${name}/app] bye\n` : JSON.stringify({ items });
};

const failure = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'it succeeded',
    ({ message }: Error) => message,
  );
const timeout = (): Promise<never> => Promise.reject(new Error('helm: timed out'));

describe('a wait that failed', () => {
  it('names each pod that is not ready, why, and what it last printed', async () => {
    const kubectl = said([pod('auth-1', 'True'), pod('auth-2', 'False')]);
    expect(await failure(explained(kubectl, timeout()))).toBe(
      [
        'helm: timed out',
        '  pod auth-2: Running; app: runs and is not ready',
        '      [auth-2/app] no database',
        '      [auth-2/app] bye',
      ].join('\n'),
    );
  });

  it('says so when no pod is to blame, or when pods cannot be asked', async () => {
    expect(await failure(explained(said([pod('auth-1', 'True')]), timeout()))).toContain('every pod is ready');
    const away: Kubectl = () => Promise.reject(new Error('connection refused'));
    expect(await failure(explained(away, timeout()))).toMatch(/helm: timed out\n.*connection refused/);
  });

  it('tells of many pods in a few lines', async () => {
    const many = Array.from({ length: 50 }, (_, index) => pod(`verifier-${index}`, 'False'));
    const message = await failure(explained(said(many), timeout()));
    expect(message.match(/ {2}pod /g)).toHaveLength(5);
    expect(message).toContain('and 45 more that are not ready');
  });

  it('has what was in the way the last time that it asked', async () => {
    const asked = until('it answers', 1, () => Promise.reject(new Error('502 of auth')));
    expect(await failure(asked)).toMatch(/did not come true within .* it answers: 502 of auth/);
  });
});
