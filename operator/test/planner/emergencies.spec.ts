import { describe, expect, it } from '@jest/globals';
import {
  evidence,
  key,
  MINUTE,
  NOW,
  plan,
  proven,
  revoke,
  ring,
  settled,
  SETTINGS,
  states,
  stepOf,
  waitsOf,
  written,
} from './world.js';
import { refuseRetire, refuseRevoke, refuseRotate } from '../../src/planner/index.js';

describe('revoke', () => {
  it('given the active key leaked, then in one write it is refused, the proven standby signs, and a fresh key is pending', () => {
    const before = settled();
    const decided = plan(before, undefined, revoke('a'));
    expect(stepOf(decided)).toEqual({ kind: 'revoke', kids: ['a'], heir: 'p', freshKeys: 1 });
    const after = written(before, decided);
    expect(states(after)).toEqual({ a: 'compromised', p: 'active', f1: 'pending' });
    expect(after.keys[0]?.jwk).toBeUndefined();
  });

  it('given the standby is not proven, then nobody signs until it is', () => {
    const before = ring([key('a', 'active'), key('p', 'pending', { since: 5 })]);
    const after = written(before, plan(before, evidence(), revoke('a')));
    expect(states(after)).toEqual({ a: 'compromised', p: 'pending' });
    const said = { loaded: 6 };
    const found = evidence({ issuer: said, verifier: said }, { generation: 6 });
    const finished = written(after, plan(after, found));
    const again = evidence({ issuer: { loaded: 7 }, verifier: { loaded: 7 } }, { generation: 7 });
    const provenRing = written(finished, plan(finished, again));
    expect(provenRing.keys[1]?.provenAt).toBeDefined();
    expect(stepOf(plan(provenRing, undefined))).toMatchObject({ kind: 'activate', kid: 'p', replaces: null });
  });

  it('given everything leaked, then all keys go in one write and a fresh key is pending, never active at once', () => {
    const before = ring([key('a', 'active'), key('p', 'pending', proven), key('d', 'draining')]);
    const after = written(before, plan(before, undefined, revoke('a', 'p', 'd')));
    expect(states(after)).toEqual({ a: 'compromised', p: 'compromised', d: 'compromised', f1: 'pending' });
  });

  it('given only a draining key or the standby leaked, then the active key goes on signing', () => {
    const before = ring([key('a', 'active'), key('p', 'pending', proven), key('d', 'draining')]);
    expect(stepOf(plan(before, undefined, revoke('d')))).toEqual({
      kind: 'revoke',
      kids: ['d'],
      heir: null,
      freshKeys: 0,
    });
    expect(stepOf(plan(before, undefined, revoke('p')))).toEqual({
      kind: 'revoke',
      kids: ['p'],
      heir: null,
      freshKeys: 1,
    });
  });

  it('given a rotation is under way as well, then the emergency comes first', () => {
    const both = { ...revoke('a'), rotate: { replaces: 'a', since: NOW } };
    expect(stepOf(plan(settled(), evidence(), both))).toMatchObject({ kind: 'revoke' });
  });

  it('given the secret encrypts data, then it stays for decryption only', () => {
    const before = ring([key('a', 'active', { secret: 's' }), key('p', 'pending', proven)], {
      change: { encryptsData: true },
    });
    const after = written(before, plan(before, undefined, revoke('a')));
    expect(after.keys[0]).toMatchObject({ state: 'compromised', secret: 's' });
  });
});

describe('finish', () => {
  const emergency = ring([key('x', 'compromised', { since: 5 }), key('a', 'active'), key('p', 'pending', proven)]);

  it('given every process is proved to have loaded it, then the key is revoked', () => {
    expect(plan(emergency, undefined)).toMatchObject({ outcome: 'ask', question: { atLeast: 5 } });
    const after = written(emergency, plan(emergency, evidence()));
    expect(states(after)).toMatchObject({ x: 'revoked' });
  });

  it('given a process refuses it now but could restart with the old ring, then it is not finished', () => {
    const found = evidence({ verifier: { loaded: 5, durable: 4 } });
    expect(waitsOf(plan(emergency, found, revoke('x')))).toContainEqual(
      expect.objectContaining({
        reason: 'ReceiptsBehind',
        step: 'finish',
        laggards: [expect.objectContaining({ name: 'tasks-1' })],
      }),
    );
  });

  it('given a process that does not answer, then its last durable receipt counts, and no receipt at all holds it', () => {
    expect(stepOf(plan(emergency, evidence({ verifier: { silent: true, lastDurable: 5 } })))).toMatchObject({
      kind: 'finish',
    });
    expect(stepOf(plan(emergency, evidence({ verifier: { silent: true } })))).toMatchObject({ outcome: 'wait' });
  });

  it('given data is encrypted under it, then the sweep has to reach zero first', () => {
    const session = { ...emergency, settings: { ...SETTINGS, encryptsData: true } };
    const left = evidence({ issuer: { rowsLeft: { x: 2 } } });
    expect(waitsOf(plan(session, left))).toContainEqual(
      expect.objectContaining({ reason: 'RowsLeft', step: 'finish' }),
    );
    expect(stepOf(plan(session, evidence({ issuer: { rowsLeft: { x: 0 } } })))).toMatchObject({ kind: 'finish' });
  });
});

describe('refusals', () => {
  it('given maxLiveKeys are alive, then rotate is refused with the time at which a drain makes room', () => {
    const full = ring(
      [
        key('a', 'active'),
        key('p', 'pending'),
        key('d', 'draining', { drainUntil: NOW + 8 }),
        key('e', 'draining', { drainUntil: NOW + 5 }),
      ],
      { change: { maxLiveKeys: 4 } },
    );
    expect(refuseRotate(full)).toMatchObject({ reason: 'TooManyLiveKeys', earliest: NOW + 5 });
    expect(refuseRotate({ ...full, settings: { ...SETTINGS, maxLiveKeys: 3 } })).toMatchObject({ earliest: NOW + 8 });
    expect(refuseRotate({ ...full, settings: { ...SETTINGS, maxLiveKeys: 2 } })?.earliest).toBeUndefined();
    expect(refuseRotate(settled({ change: { maxLiveKeys: 2 } }))).toEqual(
      expect.not.objectContaining({ earliest: expect.anything() }),
    );
    expect(refuseRotate(settled())).toBeUndefined();
  });

  it.each([
    ['a', 'KeySigns', undefined],
    ['p', 'KeyIsStandby', undefined],
    ['d', 'DrainNotOver', NOW + MINUTE],
    ['nobody', 'UnknownKey', undefined],
  ])('given retire of %s, then it is refused as %s', (kid, reason, earliest) => {
    const all = ring([key('a', 'active'), key('p', 'pending'), key('d', 'draining', { drainUntil: NOW + MINUTE })]);
    const refusal = refuseRetire(all, kid, NOW);
    expect(refusal?.reason).toBe(reason);
    expect(refusal?.earliest).toBe(earliest);
  });

  it('given a revocation of a key that the ring does not know, then it is refused; one that is gone is not', () => {
    expect(refuseRevoke(settled(), ['a', 'zzz'])).toMatchObject({
      reason: 'UnknownKey',
      message: expect.stringContaining('zzz'),
    });
    expect(refuseRevoke(ring([key('r', 'revoked')]), ['r'])).toBeUndefined();
  });
});
