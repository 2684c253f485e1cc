import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { cp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { KeyringError, truthFileName } from '@keyturn/keyring';
import { type RingDocument, toPublicDocument } from '@keyturn/keyring/document';
import { generateKey } from '../../src/keys/index.js';
import { createFileTruthStore } from '../../src/local/index.js';
import { applyPlan, planRotation } from '../../src/planner/index.js';
import { HOUR, MINUTE, POLICY, Stage } from '../support/stage.js';

/** Too short for a ring, and good enough for jose to take it. */
const RSA_1024 = generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey.export({ format: 'jwk' });

let stage: Stage;

beforeEach(async () => {
  stage = await Stage.open();
  await stage.consumer('auth-1', 'issuer');
  await stage.settle();
});
afterEach(() => stage.close());

const newestTruth = async (): Promise<string> => {
  const folder = join(stage.state, 'truth', 'tokens');
  const names = (await readdir(folder)).filter((name) => name.endsWith('.json')).sort();
  return join(folder, names.at(-1) ?? '');
};

const failing = (code: string): Error => Object.assign(new Error(`${code}: something with the disk`), { code });

describe('a write of the truth', () => {
  it('that somebody else wins is thrown away with its evidence; the ring is read again and rotates once', async () => {
    const before = await stage.activeKid();
    let others = 0;
    stage.faults = {
      truth: {
        write: async (document: RingDocument) => {
          // Another operator serves the same request, in the moment between our decision and our write.
          if (others++ === 0) await stage.real.truth.write({ ...document, settings: { ...document.settings } });
          await stage.real.truth.write(document);
        },
      },
    };
    await stage.request('r1', { kind: 'rotate' });
    await stage.settle();
    expect(stage.events.map(({ event }) => event)).toContain('conflict');
    expect(await stage.run('r1')).toMatchObject({ phase: 'Complete', replaces: before });
    const { keys } = await stage.truth();
    expect(keys.filter(({ state }) => state === 'draining')).toHaveLength(1);
  });

  it('that reports a timeout after it was committed is not written again', async () => {
    const before = await stage.truth();
    let timeouts = 0;
    stage.faults = {
      truth: {
        write: async (document: RingDocument) => {
          await stage.real.truth.write(document);
          if (timeouts++ === 0) throw new KeyringError('ERR_TRUTH_UNREADABLE', 'no answer within 2 s');
        },
      },
    };
    await stage.request('r1', { kind: 'rotate' });
    await stage.settle();
    expect(await stage.condition('Stalled')).toMatchObject({ status: 'True', reason: 'TruthUnreadable' });
    await stage.settle();
    await stage.settle();
    expect(await stage.condition('Stalled')).toMatchObject({ status: 'False' });
    expect((await stage.run('r1')).phase).toBe('Complete');
    const after = await stage.truth();
    expect(after.keys.filter(({ state }) => state === 'draining').map(({ kid }) => kid)).toEqual([before.keys[0]?.kid]);
    expect(after.generation).toBe(before.generation + 2);
  });

  it('of a revocation that was committed but never told is found and told, with the time at which it was found', async () => {
    const leaked = await stage.activeKid();
    stage.faults = {
      truth: {
        write: async (document: RingDocument) => {
          await stage.real.truth.write(document);
          throw failing('EIO');
        },
      },
    };
    await stage.request('v1', { kind: 'revoke', keys: [leaked] });
    await stage.turn();
    stage.faults = {};
    stage.restart();
    stage.now += 900;
    await stage.settle();
    const { emergency, timeline, phase } = await stage.run('v1');
    expect(phase).toBe('Complete');
    expect(emergency?.writtenAt).toBe(new Date(stage.now).toISOString());
    expect(emergency?.lastRefusedAt).toBeDefined();
    expect(timeline.map(({ event }) => event)).toEqual(['Requested', 'Running', 'Revoked', 'Finished', 'Complete']);
  });

  it('that finds the disk full loses nothing: the status says so, and the work goes on when there is room', async () => {
    const { generation } = await stage.truth();
    stage.faults = {
      truth: {
        write: async () => {
          throw failing('ENOSPC');
        },
      },
    };
    await stage.request('r1', { kind: 'rotate' });
    await stage.settle();
    expect(await stage.condition('Stalled')).toMatchObject({
      reason: 'StorageFailed',
      message: expect.stringContaining('ENOSPC'),
    });
    expect((await stage.truth()).generation).toBe(generation);
    stage.faults = {};
    await stage.settle();
    expect((await stage.run('r1')).phase).toBe('Complete');
  });

  it('goes on even if no status can be stored', async () => {
    stage.faults = {
      putStatus: async () => {
        throw failing('ENOSPC');
      },
    };
    await stage.request('v1', { kind: 'revoke', keys: [await stage.activeKid()] });
    for (let turn = 0; turn < 5; turn++) await stage.turn();
    expect((await stage.run('v1')).phase).toBe('Complete');
  });
});

describe('a lowered restartGrace', () => {
  it('does not count for a pod that is down: it goes by the one that it loaded', async () => {
    const pid = spawnSync(process.execPath, ['-e', '']).pid;
    await stage.consumer('tasks-9', 'verifier', pid);
    stage.processes.set('tasks-9', { silent: true });
    await stage.settle();
    await stage.setPolicy({ ...POLICY, safety: { restartGrace: '1m' } });
    await stage.settle();
    expect((await stage.truth()).settings).toMatchObject({ restartGraceMs: MINUTE, longestRestartGraceMs: HOUR });
    await stage.request('v1', { kind: 'revoke', keys: [await stage.activeKid()] });
    await stage.settle();
    stage.now += 30 * MINUTE;
    await stage.settle();
    expect(await stage.run('v1')).toMatchObject({ phase: 'Waiting', waitingFor: [{ name: 'tasks-9' }] });
    stage.now += HOUR;
    await stage.settle();
    expect((await stage.run('v1')).phase).toBe('Complete');
  });
});

describe('evidence', () => {
  it('gathered before another write is not used: a slower operator does not activate with it', async () => {
    const ring = await stage.truth();
    const [a, p] = ring.keys;
    const slow = planRotation(
      ring,
      {
        generation: ring.generation,
        minV: ring.generation,
        canaryFor: p?.kid ?? '',
        consumers: [],
        leftOut: [],
      },
      { rotate: { replaces: a?.kid ?? '', since: stage.now } },
      stage.now,
    );
    await stage.request('v1', { kind: 'revoke', keys: [p?.kid] });
    await stage.settle();
    const stale = applyPlan(ring, slow, [await generateKey('HS256')], stage.now);
    await expect(stage.real.truth.write(stale)).rejects.toMatchObject({ code: 'ERR_TRUTH_CONFLICT' });
    await expect(stage.real.truth.project(stale)).resolves.toBeUndefined();
    expect((await stage.real.truth.readProjection('tokens'))?.generation).toBe((await stage.truth()).generation);
  });
});

describe('a damaged file', () => {
  it('of the truth is named with field and rule, stays as it is, and the ring goes on once it is mended', async () => {
    const path = await newestTruth();
    const good = await readFile(path, 'utf8');
    const wire = JSON.parse(good) as { keys: { secret: string; state: string }[] };
    const secret = wire.keys[0]?.secret ?? '';
    await writeFile(path, good.replace('"active"', '"retired-ish"'));
    await stage.request('r1', { kind: 'rotate' });
    await stage.settle();
    const condition = await stage.condition('Stalled');
    expect(condition).toMatchObject({ status: 'True', reason: 'TruthDamaged' });
    expect(condition?.message).toMatch(
      /^truth\/tokens\/0{11}2\.json: keys\[0\]\.state: must be one of pending, active/,
    );
    expect(JSON.stringify([await stage.status(), stage.events])).not.toContain(secret);
    expect(await readFile(path, 'utf8')).toContain('retired-ish');
    await writeFile(path, good);
    await stage.settle();
    expect((await stage.run('r1')).phase).toBe('Complete');
    expect(await stage.condition('Stalled')).toMatchObject({ status: 'False' });
  });

  it('of the truth keeps a new operator from making another ring, and an older generation from taking its place', async () => {
    await stage.request('r1', { kind: 'rotate' });
    await stage.settle();
    const path = await newestTruth();
    await truncate(path, 100);
    const before = await readdir(join(stage.state, 'truth', 'tokens'));
    stage.restart();
    await stage.settle();
    expect(await readdir(join(stage.state, 'truth', 'tokens'))).toEqual(before);
    await expect(createFileTruthStore(stage.state).read('tokens')).rejects.toMatchObject({ code: 'ERR_RING_INVALID' });
  });

  it('of the projection is written again from the truth', async () => {
    const { generation } = await stage.truth();
    const path = join(stage.state, 'public', 'tokens', truthFileName(generation));
    const good = await readFile(path, 'utf8');
    await truncate(path, 50);
    await stage.settle();
    expect(await readFile(path, 'utf8')).toBe(good);
    expect(await readFile(join(stage.state, 'mounts', 'public', 'tokens', 'ring.json'), 'utf8')).toBe(good);
  });

  it('of a consumer holds everything that needs proof, because nobody is left out by accident; a revocation is written', async () => {
    await writeFile(join(stage.state, 'consumers', 'auth-2.json'), '{"name":"auth-2"}');
    await stage.request('r1', { kind: 'rotate' });
    await stage.settle();
    expect(await stage.condition('Stalled')).toMatchObject({
      reason: 'RecordDamaged',
      message: expect.stringMatching(/consumers\/auth-2\.json: .*podUid/),
    });
    await stage.request('v1', { kind: 'revoke', keys: [await stage.activeKid()] });
    await stage.turn();
    expect(stage.steps()).toContain('revoke');
  });

  it('of a run is no reason to stop', async () => {
    await writeFile(join(stage.state, 'runs', 'broken.json'), '{"id":');
    await stage.request('r1', { kind: 'rotate' });
    await stage.settle();
    expect((await stage.run('r1')).phase).toBe('Complete');
  });
});

describe('a policy', () => {
  it('with errors is named field by field, and the ring goes on by the last good one', async () => {
    await stage.setPolicy({ ...POLICY, clockSkew: 'soon', safety: { maxLiveKeys: 1 }, colour: 'red' });
    await stage.request('r1', { kind: 'rotate' });
    await stage.settle();
    const condition = await stage.condition('Stalled');
    expect(condition?.reason).toBe('PolicyInvalid');
    for (const field of ['clockSkew', 'safety.maxLiveKeys', 'colour']) expect(condition?.message).toContain(field);
    expect((await stage.run('r1')).phase).toBe('Complete');
  });

  it('cannot change what a ring is', async () => {
    await stage.setPolicy({ ...POLICY, type: 'SigningKey', algorithm: 'ES256' });
    await stage.settle();
    const { message } = (await stage.condition('Stalled')) ?? {};
    expect(message).toMatch(/type: must stay SharedSecret.*algorithm: must stay HS256/);
  });

  it('can name the issuer once, and not another one afterwards: live tokens would be refused', async () => {
    for (const issuer of ['https://one.example', 'https://two.example', undefined]) {
      await stage.setPolicy({ ...POLICY, issuer });
      await stage.settle();
      expect((await stage.truth()).issuer).toBe('https://one.example');
    }
    expect((await stage.condition('Stalled'))?.message).toContain('issuer: must stay https://one.example');
  });

  it('that is wrong from the beginning makes no ring; one that is right makes it', async () => {
    const other = await Stage.open('session', '{"type":');
    await other.settle();
    await expect(other.truth()).rejects.toThrow('there is no ring');
    expect(other.events).toContainEqual(expect.objectContaining({ event: 'trouble', reason: 'PolicyInvalid' }));
    await other.setPolicy({ type: 'SharedSecret', algorithm: 'opaque' });
    await other.settle();
    expect((await other.truth()).algorithm).toBe('opaque');
    await other.close();
  });

  it('imports a running system as generation 1: its key signs, and a fresh one is pending', async () => {
    const secret = randomBytes(32).toString('base64');
    const other = await Stage.open('session', {
      type: 'SharedSecret',
      algorithm: 'opaque',
      import: { secret, kid: 'old' },
    });
    await other.settle();
    expect((await other.truth()).keys).toMatchObject([
      { kid: 'old', state: 'active', secret, secretVersion: 1 },
      { state: 'pending', secretVersion: 2 },
    ]);
    await other.close();
  });

  it.each([
    [{ secret: 'too short' }, /import: secret: must be 32 to 1366 printable/],
    [{ secret: 'x'.repeat(43), jwk: { kty: 'EC', d: 'x' } }, /import: must have either jwk or secret/],
    [{ jwk: { kty: 'EC', d: 'x' } }, /import: must have a secret for the algorithm opaque/],
  ])('refuses the import %j', async (imported, rule) => {
    const other = await Stage.open('session', { type: 'SharedSecret', algorithm: 'opaque', import: imported });
    await other.settle();
    const trouble = other.events.find(({ event }) => event === 'trouble');
    expect(trouble).toMatchObject({ message: expect.stringMatching(rule) });
    await other.close();
  });
});

describe('a policy that no ring could have', () => {
  it.each([
    [{ maxCredentialLifetime: '99999d' }, 'maxCredentialLifetime: must be at most 3650d'],
    [{ import: { jwk: { ...RSA_1024, kid: 'old' } } }, 'import: jwk.n: must be 342 to 2731 base64url characters'],
    [{ import: { jwk: { ...RSA_1024, kid: 'with space' } } }, 'import: kid: must be 1 to 256 printable ASCII'],
  ])('is refused with the field and the rule: %#', async (part, rule) => {
    const other = await Stage.open('rsa', { type: 'SigningKey', algorithm: 'RS256', ...part });
    await other.settle();
    const trouble = other.events.find(({ event }) => event === 'trouble');
    expect(trouble).toMatchObject({ reason: 'PolicyInvalid', message: expect.stringContaining(rule) });
    expect(JSON.stringify(other.events)).not.toContain(RSA_1024.d);
    await other.close();
  });
});

describe('a clock that jumps back', () => {
  it('shortens no drain, and rotates no sooner', async () => {
    await stage.request('r1', { kind: 'rotate' });
    await stage.settle();
    const [drained] = (await stage.truth()).keys;
    stage.now -= 100 * HOUR;
    await stage.settle();
    await stage.request('r2', { kind: 'rotate' });
    await stage.settle();
    const ends = (await stage.truth()).keys.flatMap(({ drainUntil }) => drainUntil ?? []);
    expect(Math.min(...ends)).toBeGreaterThanOrEqual(drained?.drainUntil ?? 0);
    expect(stage.steps()).not.toContain('retire');
    expect((await stage.run('r2')).phase).toBe('Complete');
  });
});

describe('a truth that went back', () => {
  const copy = (from: string, to: string) => cp(join(stage.state, from), join(stage.state, to), { recursive: true });
  const restore = async (): Promise<void> => {
    await rm(join(stage.state, 'truth', 'tokens'), { recursive: true });
    await copy('backup', 'truth/tokens');
  };

  it('stops everything, says what to do, and goes on above the projection when that is ordered', async () => {
    const older = await stage.activeKid();
    await copy('truth/tokens', 'backup');
    await stage.request('r1', { kind: 'rotate' });
    await stage.settle();
    const [newer, projected] = [await stage.activeKid(), (await stage.truth()).generation];
    await restore();
    await stage.request('r2', { kind: 'rotate' });
    await stage.settle();
    expect(await stage.condition('Stalled')).toMatchObject({
      reason: 'GenerationWentBack',
      message: expect.stringContaining('keyturn recover tokens'),
    });
    expect(await stage.run('r2')).toMatchObject({ phase: 'Refused', refused: { reason: 'RingStalled' } });
    await stage.request('c1', { kind: 'recover' });
    await stage.settle();
    await stage.settle();
    expect(await stage.run('c1')).toMatchObject({
      phase: 'Complete',
      timeline: expect.arrayContaining([
        expect.objectContaining({
          event: 'Recovering',
          message: expect.stringMatching(/goes on at generation \d+: a key is lost/),
        }),
      ]),
    });
    const ring = await stage.truth();
    expect(ring.generation).toBeGreaterThan(projected);
    expect(await stage.activeKid()).toBe(newer);
    expect(ring.keys.find(({ kid }) => kid === older)).toMatchObject({ state: 'draining' });
    expect(await stage.condition('Stalled')).toMatchObject({ status: 'False' });
    await stage.request('r3', { kind: 'rotate' });
    await stage.settle();
    expect((await stage.run('r3')).phase).toBe('Complete');
  });

  it('together with its projection is noticed by what processes have loaded: nothing is written, least of all a false proof', async () => {
    for (const folder of ['truth', 'public']) await copy(`${folder}/tokens`, `backup-${folder}`);
    const older = await stage.activeKid();
    await stage.request('r1', { kind: 'rotate' });
    await stage.settle();
    await stage.request('v1', { kind: 'revoke', keys: [older] });
    await stage.settle();
    const lost = await stage.truth();
    for (const folder of ['truth', 'public']) {
      await rm(join(stage.state, folder, 'tokens'), { recursive: true });
      await copy(`backup-${folder}`, `${folder}/tokens`);
    }
    stage.processes.set('auth-1', { holds: toPublicDocument(lost) });
    stage.restart();
    await stage.request('v2', { kind: 'revoke', keys: [await stage.activeKid()] });
    for (let turn = 0; turn < 4; turn++) await stage.settle();
    expect(await stage.run('v2')).toMatchObject({
      phase: 'Waiting',
      waitingFor: [{ name: 'auth-1', why: 'AheadOfTruth' }],
    });
    expect(await stage.condition('Stalled')).toMatchObject({
      reason: 'GenerationWentBack',
      message: expect.stringMatching(`auth-1 has ${lost.generation}.*keyturn recover tokens`),
    });
    await stage.setPolicy({ ...POLICY, stalledAfter: '7m' });
    for (let turn = 0; turn < 3; turn++) await stage.settle();
    expect((await stage.truth()).settings.stalledAfterMs).toBe(7 * MINUTE);
    await stage.request('c1', { kind: 'recover' });
    await stage.turn();
    const ring = await stage.truth();
    expect(ring.generation).toBeGreaterThan(lost.generation);
    expect(ring.keys.find(({ kid }) => kid === older)?.state).toBe('revoked');
    stage.processes.delete('auth-1');
    for (let turn = 0; turn < 3; turn++) await stage.settle();
    expect([(await stage.run('c1')).phase, (await stage.run('v2')).phase]).toEqual(['Complete', 'Complete']);
    expect(await stage.condition('Stalled')).toMatchObject({ status: 'False' });
  });

  it('further than a process that does not show what it has: a recovery waits for it, since it may know of a revocation', async () => {
    const { generation } = await stage.truth();
    const document = toPublicDocument(await stage.truth());
    stage.processes.set('auth-1', { holds: { ...document, generation: generation + 5 }, showsNothing: true });
    await stage.request('r1', { kind: 'rotate' });
    await stage.settle();
    await stage.request('c1', { kind: 'recover' });
    for (let turn = 0; turn < 3; turn++) await stage.turn();
    expect((await stage.truth()).generation).toBe(generation);
    expect((await stage.condition('Stalled'))?.message).toContain('auth-1 has a newer generation and does not show');
    await stage.removeConsumer('auth-1');
    for (let turn = 0; turn < 3; turn++) await stage.settle();
    expect([(await stage.run('c1')).phase, (await stage.run('r1')).phase]).toEqual(['Complete', 'Complete']);
  });

  it('further than any copy could be is the receipt of another ring: it holds what needs proof, and is named', async () => {
    const document = toPublicDocument(await stage.truth());
    stage.processes.set('auth-1', { holds: { ...document, generation: 900_000_000_000 } });
    await stage.request('r1', { kind: 'rotate' });
    await stage.settle();
    expect(await stage.run('r1')).toMatchObject({
      phase: 'Waiting',
      waitingFor: [{ name: 'auth-1', why: 'OtherRing' }],
    });
    expect(await stage.condition('Stalled')).toMatchObject({ status: 'False' });
  });

  it('while the operator runs is noticed without any process', async () => {
    for (const folder of ['truth', 'public']) await copy(`${folder}/tokens`, `backup-${folder}`);
    await stage.request('r1', { kind: 'rotate' });
    await stage.settle();
    for (const folder of ['truth', 'public']) {
      await rm(join(stage.state, folder, 'tokens'), { recursive: true });
      await copy(`backup-${folder}`, `${folder}/tokens`);
    }
    await stage.settle();
    expect(await stage.condition('Stalled')).toMatchObject({ reason: 'GenerationWentBack' });
  });

  it('further than its keys leaves nobody to sign until a fresh key is proven, and names what is lost', async () => {
    await copy('truth/tokens', 'backup');
    for (const id of ['r1', 'r2']) {
      await stage.request(id, { kind: 'rotate' });
      await stage.settle();
    }
    const lost = await stage.activeKid();
    const versions = (await stage.truth()).keys.map(({ secretVersion }) => secretVersion ?? 0);
    await restore();
    await stage.settle();
    const [behind, gone] = [(await stage.condition('Stalled'))?.message, `${lost} (active)`];
    expect(behind).toMatch(
      /truth .* is at generation \d+, its projection at \d+: .* With a recovery .* signed is refused: /,
    );
    expect(behind).toContain(gone);
    await stage.request('c1', { kind: 'recover' });
    await stage.turn();
    const recovered = await stage.truth();
    expect(recovered.keys.filter(({ state }) => state === 'active')).toEqual([]);
    expect(recovered.keys.find(({ kid }) => kid === lost)).toMatchObject({ state: 'retired' });
    expect(recovered.keys.at(-1)).toMatchObject({ state: 'pending', secretVersion: Math.max(...versions) + 1 });
    const event = stage.events.find((one) => one.event === 'ring-recovered');
    expect(event?.event === 'ring-recovered' && event.lostKids).toContain(lost);
    const told = (await stage.run('c1')).timeline.filter(({ event: name }) => name === 'Recovering');
    expect(told).toMatchObject([{ generation: recovered.generation, message: expect.stringContaining(gone) }]);
    expect(told[0]?.message).toContain('nobody signs until a fresh key is proven');
    await stage.settle();
    await stage.settle();
    expect(await stage.activeKid()).toBe(recovered.keys.at(-1)?.kid);
  });

  it('altogether is not taken for a new ring', async () => {
    const { ringId, generation } = await stage.truth();
    await rm(join(stage.state, 'truth', 'tokens'), { recursive: true });
    stage.restart();
    await stage.settle();
    await expect(stage.truth()).rejects.toThrow('there is no ring');
    expect(await stage.condition('Stalled')).toMatchObject({ reason: 'GenerationWentBack' });
    await stage.request('c1', { kind: 'recover' });
    for (let turn = 0; turn < 4; turn++) await stage.settle();
    expect(await stage.truth()).toMatchObject({ ringId });
    expect((await stage.truth()).generation).toBeGreaterThan(generation);
    expect(await stage.activeKid()).toBeDefined();
    await stage.request('c2', { kind: 'recover' });
    await stage.settle();
    expect(await stage.run('c2')).toMatchObject({ phase: 'Refused', refused: { reason: 'NothingToRecover' } });
  });
});
