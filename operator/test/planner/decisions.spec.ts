import { describe, expect, it } from '@jest/globals';
import {
  evidence,
  HOUR,
  key,
  MINUTE,
  NOW,
  plan,
  proven,
  revoke,
  ring,
  rotate,
  settled,
  SETTINGS,
  states,
  stepOf,
  waitsOf,
  written,
} from './world.js';
import { brokenInvariants, drainMs, REMEMBERED_KEYS } from '../../src/planner/index.js';

describe('prepare', () => {
  it('given no pending key, then a fresh one is pending in the next generation, without asking anybody', () => {
    const before = ring([key('a', 'active')]);
    const decided = plan(before, undefined);
    expect(stepOf(decided)).toEqual({ kind: 'prepare', freshKeys: 1 });
    const after = written(before, decided);
    expect(after.generation).toBe(6);
    expect(after.keys[1]).toMatchObject({ kid: 'f1', state: 'pending', since: 6, createdAt: NOW });
    expect(after.keys[1]?.provenAt).toBeUndefined();
  });

  it('given as many live keys as maxLiveKeys allows, then it waits for the drain that makes room', () => {
    const full = ring([key('a', 'active'), key('d', 'draining', { drainUntil: NOW + 7 })], {
      change: { maxLiveKeys: 2 },
    });
    expect(waitsOf(plan(full, evidence()))).toContainEqual(
      expect.objectContaining({ reason: 'TooManyLiveKeys', step: 'prepare', until: NOW + 7, stalled: false }),
    );
  });

  it('given nobody signs, then the limit does not keep a fresh key away', () => {
    const leaked = ring([key('d', 'draining'), key('e', 'draining')], { change: { maxLiveKeys: 2 } });
    expect(stepOf(plan(leaked, undefined))).toMatchObject({ kind: 'prepare' });
  });
});

describe('prove', () => {
  const unproven = ring([key('a', 'active'), key('p', 'pending', { since: 5 })]);

  it('given a pending key and no evidence, then it asks for receipts of this generation and a canary of that key', () => {
    expect(plan(unproven, undefined)).toEqual({
      outcome: 'ask',
      generation: 5,
      question: { atLeast: 5, canaryFor: 'p' },
    });
  });

  it('given every process has loaded it durably and accepts its canary, then it is the standby', () => {
    const decided = plan(unproven, evidence());
    expect(stepOf(decided)).toEqual({ kind: 'prove', kid: 'p' });
    expect(written(unproven, decided).keys[1]).toMatchObject({ state: 'pending', since: 5, provenAt: NOW });
  });

  it.each([
    ['a verifier has it in memory but not in its file', { verifier: { loaded: 5, durable: 4 } }, 'tasks-1'],
    ['a verifier has it in its file but not in memory', { verifier: { loaded: 4, durable: 5 } }, 'tasks-1'],
    ['an issuer lags, because issuers verify too', { issuer: { loaded: 4 } }, 'auth-1'],
  ])('given %s, then it waits and names the process', (_case, said, name) => {
    expect(waitsOf(plan(unproven, evidence(said)))[0]).toMatchObject({
      reason: 'ReceiptsBehind',
      step: 'prove',
      atLeast: 5,
      laggards: [{ name, generation: 4, why: 'Behind' }],
    });
  });

  it('given a process that refuses the canary, then it waits and says what the process said', () => {
    const refusing = { verifier: { canary: { accepted: false, reason: 'algorithm pinned to RS256' } } };
    expect(waitsOf(plan(unproven, evidence(refusing)))[0]).toMatchObject({
      reason: 'CanaryNotAccepted',
      laggards: [{ name: 'tasks-1', why: 'CanaryRefused', detail: 'algorithm pinned to RS256' }],
    });
  });

  it('given evidence of another generation or a canary of another key, then it is not used', () => {
    expect(plan(unproven, evidence({}, { generation: 4 }))).toMatchObject({ outcome: 'ask' });
    expect(plan(unproven, evidence({}, { canaryFor: 'q' }))).toMatchObject({ outcome: 'ask' });
  });

  it('given it has waited longer than stalledAfter, then the plan is stalled and still names the process', () => {
    const old = ring([key('a', 'active'), key('p', 'pending', { createdAt: NOW - 6 * MINUTE, since: 5 })]);
    expect(plan(old, evidence({ verifier: { loaded: 4 } }))).toMatchObject({
      outcome: 'stalled',
      waits: [{ stalled: true, laggards: [{ name: 'tasks-1' }] }],
    });
    const young = ring([key('a', 'active'), key('p', 'pending', { createdAt: NOW - 4 * MINUTE, since: 5 })]);
    expect(plan(young, evidence({ verifier: { loaded: 4 } }))).toMatchObject({ outcome: 'wait' });
  });
});

describe('activate', () => {
  it('given a request, a proven standby and canaries accepted by all, then it signs, the old key drains for D, a fresh key is pending', () => {
    const before = settled();
    const decided = plan(before, evidence(), rotate('a'));
    expect(stepOf(decided)).toEqual({ kind: 'activate', kid: 'p', replaces: 'a', freshKeys: 1 });
    const after = written(before, decided);
    expect(states(after)).toEqual({ a: 'draining', p: 'active', f1: 'pending' });
    expect(after.keys[0]).toMatchObject({
      since: 6,
      drainUntil: NOW + drainMs(SETTINGS.maxCredentialLifetimeMs, SETTINGS),
    });
    expect(after.keys[1]).toMatchObject({ since: 6, activatedAt: NOW });
    expect(brokenInvariants(before, after)).toEqual([]);
  });

  it('given a request and a standby that is not proven, then it is not activated however old it is', () => {
    const unproven = ring([key('a', 'active'), key('p', 'pending', { createdAt: NOW - 100 * HOUR, since: 5 })]);
    expect(plan(unproven, evidence({ verifier: { loaded: 4 } }), rotate('a'))).toMatchObject({ outcome: 'stalled' });
  });

  it('given a stored proof but a verifier deployed since that refuses the canary, then it waits for that process', () => {
    const refusing = evidence({ verifier: { canary: { accepted: false, reason: 'wrong issuer' } } });
    expect(waitsOf(plan(settled(), refusing, rotate('a')))[0]).toMatchObject({
      reason: 'CanaryNotAccepted',
      step: 'activate',
      laggards: [{ name: 'tasks-1', why: 'CanaryRefused' }],
    });
  });

  it('given a process that does not answer, then a planned activation waits for it, whatever its last receipt was', () => {
    const silent = evidence({ verifier: { silent: true, lastDurable: 5 } });
    expect(waitsOf(plan(settled(), silent, rotate('a')))[0]).toMatchObject({
      laggards: [{ name: 'tasks-1', why: 'NotAnswering' }],
    });
  });

  it('given another key signs than when it was requested, then the request is done: two operators rotate once', () => {
    expect(plan(settled(), evidence(), rotate('before-a'))).toMatchObject({
      outcome: 'wait',
      waits: [{ reason: 'NothingDue' }],
    });
  });

  it('given another key drains beside it, then the wait that holds the rotation comes first', () => {
    const before = { ...settled(), keys: [...settled().keys, key('d', 'draining')] };
    const waits = waitsOf(plan(before, evidence({ verifier: { silent: true } }), rotate('a')));
    expect(waits.map(({ reason }) => reason)).toEqual(['CanaryNotAccepted', 'DrainNotOver']);
  });

  it('given maxLiveKeys are alive, then it waits until the drain that makes room, and says when', () => {
    const full = settled({ change: { maxLiveKeys: 3 } });
    const draining = { ...full, keys: [...full.keys, key('d', 'draining', { drainUntil: NOW + 9 })] };
    expect(waitsOf(plan(draining, evidence(), rotate('a')))).toContainEqual(
      expect.objectContaining({ reason: 'TooManyLiveKeys', step: 'activate', until: NOW + 9 }),
    );
  });

  it('given nobody signs, then the stored proof is enough and the emergency waits for nobody', () => {
    const headless = ring([key('x', 'compromised'), key('p', 'pending', proven)]);
    const silent = evidence({ verifier: { silent: true } });
    expect(stepOf(plan(headless, silent))).toMatchObject({ kind: 'activate', kid: 'p', replaces: null });
  });

  it('given verifiers outside the receipts, then their caches are waited for on top', () => {
    const young = ring([key('a', 'active'), key('p', 'pending', { createdAt: NOW - MINUTE, ...proven })]);
    const outside = [{ name: 'partner', cacheMs: 5 * MINUTE }];
    expect(waitsOf(plan(young, evidence(), { ...rotate('a'), outside }))).toContainEqual(
      expect.objectContaining({
        reason: 'OutsideCaches',
        until: NOW - MINUTE + 5 * MINUTE + 2 * SETTINGS.clockErrorMs,
      }),
    );
    expect(stepOf(plan(young, evidence(), { ...rotate('a'), outside }, NOW + 5 * MINUTE))).toMatchObject({
      kind: 'activate',
    });
  });
});

describe('the drain', () => {
  it('lasts for the longest life, the leeway, four clock errors (issuer, verifier, two operators) and the lease', () => {
    expect(drainMs(15 * MINUTE, SETTINGS)).toBe(15 * MINUTE + 30_000 + 4 * 1_000 + HOUR);
  });
});

describe('the schedule', () => {
  it('given the interval has passed since the activation, then the standby signs', () => {
    expect(stepOf(plan(settled(), evidence(), {}, NOW + 23 * HOUR))).toMatchObject({ kind: 'activate' });
    expect(plan(settled(), evidence(), {}, NOW + 23 * HOUR - 1)).toMatchObject({
      waits: [{ reason: 'NothingDue', until: NOW + 23 * HOUR }],
    });
  });

  it('given ten intervals were missed, then one rotation catches up and the next is a whole interval away', () => {
    const late = NOW + 240 * HOUR;
    const before = settled();
    const after = written(before, plan(before, evidence(), {}, late), late);
    const again = plan(
      after,
      evidence({ issuer: { loaded: 6 }, verifier: { loaded: 6 } }, { generation: 6, canaryFor: 'f1' }),
      {},
      late + 1,
    );
    const standby = written(after, again, late + 1);
    expect(stepOf(again)).toMatchObject({ kind: 'prove' });
    expect(waitsOf(plan(standby, undefined, {}, late + 2))).toContainEqual(
      expect.objectContaining({ reason: 'NothingDue', until: late + 24 * HOUR }),
    );
  });

  it('given it is paused, then nothing is due, and a request still works', () => {
    const paused = settled({ change: { paused: true } });
    expect(plan(paused, evidence(), {}, NOW + 100 * HOUR)).toMatchObject({ waits: [{ reason: 'Paused' }] });
    expect(stepOf(plan(paused, evidence(), rotate('a')))).toMatchObject({ kind: 'activate' });
  });

  it('given a clock that jumped back, then times in the ring never go back and the drain is not shortened', () => {
    const before = settled();
    const after = written(before, plan(before, evidence(), rotate('a'), NOW - 48 * HOUR), NOW - 48 * HOUR);
    expect(after.keys[0]?.drainUntil).toBe(NOW - HOUR + drainMs(SETTINGS.maxCredentialLifetimeMs, SETTINGS));
    expect(after.keys[1]?.activatedAt).toBe(NOW - HOUR);
  });
});

describe('retire', () => {
  it('given the drains of very many keys ended together, as after an outage, then all are removed in one write and later ones forget them', () => {
    const drained = Array.from({ length: 40 }, (_, n) => key(`d${n}`, 'draining', { drainUntil: NOW - 1 }));
    const before = ring([...drained, key('a', 'active'), key('p', 'pending', proven)], { change: { maxLiveKeys: 64 } });
    const after = written(before, plan(before, evidence()));
    expect(after.keys.filter(({ state }) => state === 'retired')).toHaveLength(40);
    const next = written(after, plan(after, undefined, revoke('a')));
    expect(next.keys.filter(({ state }) => state === 'retired')).toHaveLength(REMEMBERED_KEYS);
  });

  it('given the drain is over, then the key is removed, private and public part; not a millisecond before', () => {
    const before = ring([key('a', 'active'), key('p', 'pending', proven), key('d', 'draining', { drainUntil: NOW })]);
    expect(waitsOf(plan(before, evidence(), {}, NOW - 1))).toContainEqual(
      expect.objectContaining({ reason: 'DrainNotOver', until: NOW }),
    );
    const decided = plan(before, undefined);
    expect(stepOf(decided)).toEqual({ kind: 'retire', kids: ['d'] });
    const after = written(before, decided);
    expect(after.keys[2]).toEqual({
      kid: 'd',
      state: 'retired',
      since: 6,
      createdAt: NOW - 2 * HOUR,
      longestLifetimeMs: SETTINGS.maxCredentialLifetimeMs,
    });
  });

  const sessions = { type: 'SharedSecret', algorithm: 'opaque', change: { encryptsData: true } } as const;
  const drained = ring(
    [key('a', 'active'), key('p', 'pending', proven), key('d', 'draining', { since: 4, drainUntil: NOW - 1 })],
    sessions,
  );

  it('given the secret encrypts data, then every issuer has to report that no row is left under it', () => {
    expect(plan(drained, undefined)).toMatchObject({ outcome: 'ask' });
    expect(stepOf(plan(drained, evidence({ issuer: { rowsLeft: { d: 0 } } })))).toEqual({
      kind: 'retire',
      kids: ['d'],
    });
  });

  it.each([
    ['rows are left', { issuer: { rowsLeft: { d: 3 } } }, { why: 'RowsLeft', detail: '3 rows' }],
    ['it has not counted', { issuer: {} }, { why: 'RowsNotCounted' }],
    [
      'it counted before it loaded the ring in which the key does not sign',
      { issuer: { loaded: 3, rowsLeft: { d: 0 } } },
      { why: 'RowsNotCounted' },
    ],
    ['it does not answer', { issuer: { silent: true, lastDurable: 5 } }, { why: 'NotAnswering' }],
  ])('given an issuer of which %s, then the secret stays and the issuer is named', (_case, said, holder) => {
    expect(waitsOf(plan(drained, evidence(said)))).toContainEqual(
      expect.objectContaining({
        reason: 'RowsLeft',
        step: 'retire',
        kid: 'd',
        laggards: [expect.objectContaining({ name: 'auth-1', ...holder })],
      }),
    );
  });

  it('given no issuer at all, then nobody has counted and the secret stays', () => {
    expect(waitsOf(plan(drained, { ...evidence(), consumers: [] }))).toContainEqual(
      expect.objectContaining({ reason: 'RowsLeft' }),
    );
  });
});

describe('an edited policy', () => {
  const policy = (change: Partial<typeof SETTINGS>) => ({
    policy: { settings: { ...SETTINGS, ...change }, issuer: 'https://issuer.example' },
  });

  it('given a longer life, then the active key drains for the longer one; given a shorter one, for the longer one still', () => {
    const before = settled();
    const longer = written(before, plan(before, undefined, policy({ maxCredentialLifetimeMs: HOUR })));
    expect(longer.settings.maxCredentialLifetimeMs).toBe(HOUR);
    expect(longer.keys[0]?.longestLifetimeMs).toBe(HOUR);
    const shorter = written(longer, plan(longer, undefined, policy({ maxCredentialLifetimeMs: MINUTE })));
    expect(shorter.keys[0]?.longestLifetimeMs).toBe(HOUR);
  });

  it('given a shorter lease, then the drain still contains the lease that an issuer may hold', () => {
    const before = settled();
    const after = written(before, plan(before, undefined, policy({ issuerLeaseMs: MINUTE })));
    const key = after.keys[0];
    expect(drainMs(key?.longestLifetimeMs ?? 0, after.settings)).toBe(drainMs(15 * MINUTE, SETTINGS));
  });

  it('given more leeway while a key drains, then its drain gets longer by as much', () => {
    const before = ring([
      key('a', 'active'),
      key('p', 'pending', proven),
      key('d', 'draining', { drainUntil: NOW + 1 }),
    ]);
    const after = written(before, plan(before, undefined, policy({ clockSkewMs: 90_000, clockErrorMs: 2_000 })));
    expect(after.keys[2]?.drainUntil).toBe(NOW + 1 + 60_000 + 4 * 1_000);
  });

  it('given a run is under way, then it goes by the settings it began with, unless it is stuck', () => {
    expect(stepOf(plan(settled(), evidence(), { ...rotate('a'), ...policy({ maxLiveKeys: 9 }) }))).toMatchObject({
      kind: 'activate',
    });
    const stuck = { ...rotate('a', NOW - 6 * MINUTE), ...policy({ maxLiveKeys: 9 }) };
    expect(stepOf(plan(settled(), evidence({ verifier: { silent: true } }), stuck))).toMatchObject({ kind: 'adopt' });
  });
});

describe('a ring that is settled', () => {
  it('asks nobody and waits for its schedule', () => {
    expect(plan(settled(), undefined)).toMatchObject({
      outcome: 'wait',
      waits: [{ reason: 'NothingDue', until: NOW + 23 * HOUR }],
    });
    expect(plan(settled(), undefined, revoke('unknown'))).toMatchObject({ outcome: 'wait' });
  });
});
