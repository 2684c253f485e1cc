import { describe, expect, it } from '@jest/globals';
import { behind, judgeEvidence, NO_LIMIT } from '../../src/planner/index.js';
import { consumer, HOUR, MINUTE, NOW, round, type Said } from './world.js';

const of = (said: Said, more = {}) => judgeEvidence(round([consumer('v', 'verifier', said)], more));

describe('evidence', () => {
  it('is the lowest over all consumers, issuers included; those that sign have a lowest of their own', () => {
    const found = judgeEvidence(
      round([
        consumer('i', 'issuer', { loaded: 4 }),
        consumer('h', 'holder'),
        consumer('v', 'verifier', { loaded: 3 }),
      ]),
    );
    expect(found.minV).toBe(3);
    expect(behind(found, 5).map(({ name }) => name)).toEqual(['v', 'i']);
  });

  it('has no limit when nothing is listed', () => {
    expect(judgeEvidence(round([])).minV).toBe(NO_LIMIT);
  });

  it('of a process that does not answer is the last durable receipt of its pod, or nothing', () => {
    expect(of({ silent: true, lastDurable: 4 }).minV).toBe(4);
    expect(of({ silent: true }).minV).toBe(0);
  });

  it('is not given by another pod that answers at the same address', () => {
    expect(of({ podUid: 'uid-of-somebody-else' })).toMatchObject({ minV: 0, consumers: [{ trouble: 'NotAnswering' }] });
  });

  it('is not given by a process that loaded another ring of the same name, or another content of the same generation', () => {
    expect(of({ ringId: 'ring-2' })).toMatchObject({ minV: 0, consumers: [{ trouble: 'OtherRing' }] });
    expect(of({ digest: 'forged' }, { digest: 'true' })).toMatchObject({ minV: 0 });
    expect(of({ digest: 'true' }, { digest: 'true' })).toMatchObject({ minV: 5 });
  });
});

describe('leaving out', () => {
  const down = (state: 'notRunning' | 'neverStarted', since: number, more: Said = {}): Said => ({
    silent: true,
    reported: { state, since },
    ...more,
  });

  it.each([
    ['has never started, reported so for a minute', down('neverStarted', NOW - MINUTE), 1],
    ['has never started, reported so for less than a minute', down('neverStarted', NOW - MINUTE + 1), 0],
    [
      'is reported never started but has once sent a receipt',
      down('neverStarted', NOW - MINUTE, { lastDurable: 3 }),
      0,
    ],
    ['is not running for a minute', down('notRunning', NOW - MINUTE), 0],
    ['is not running for X', down('notRunning', NOW - HOUR), 0],
    ['is not running for X and a minute', down('notRunning', NOW - HOUR - MINUTE), 1],
    ['was fenced', { silent: true, fenced: true }, 1],
    ['is silent but reported running', { silent: true }, 0],
    ['answers although it is reported not running', { reported: { state: 'notRunning', since: 0 } } as Said, 0],
  ])('a pod that %s', (_case, said, count) => {
    expect(of(said).leftOut).toHaveLength(count);
  });

  it('counts the time from the projection when that is later: before it, nothing was there to be loaded', () => {
    const said = down('neverStarted', NOW - HOUR);
    expect(of(said, { projectedAt: NOW - MINUTE + 1 }).leftOut).toEqual([]);
    expect(of(said, { projectedAt: NOW - MINUTE }).leftOut).toEqual([{ name: 'v', why: 'NeverStarted' }]);
  });
});
