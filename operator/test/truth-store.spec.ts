import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { link, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PRIVATE_JWK_MEMBERS, type RingDocument } from '@keyturn/keyring';
import { generateKey } from '../src/keys/index.js';
import { commitGeneration } from '../src/local/numbered-files.js';
import { createFileTruthStore } from '../src/local/truth-store.js';
import { createRing } from '../src/planner/index.js';

const SETTINGS: RingDocument['settings'] = {
  maxCredentialLifetimeMs: 60_000,
  clockSkewMs: 1_000,
  clockErrorMs: 100,
  issuerLeaseMs: 30_000,
  restartGraceMs: 3_600_000,
  hardLimitMs: 86_400_000,
  maxLiveKeys: 8,
  stalledAfterMs: 60_000,
  rotationIntervalMs: null,
  paused: false,
  encryptsData: false,
};

let state: string;

async function newRing(): Promise<RingDocument> {
  const about = { ring: 'tokens', ringId: 'id-1', type: 'SigningKey', algorithm: 'ES256', settings: SETTINGS } as const;
  return createRing(about, await generateKey('ES256'), await generateKey('ES256'), Date.now());
}

const next = (ring: RingDocument, steps = 1): RingDocument => ({ ...ring, generation: ring.generation + steps });

beforeEach(async () => {
  state = await mkdtemp(join(tmpdir(), 'keyturn-store-'));
});
afterEach(() => rm(state, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 }));

describe('the truth on one machine', () => {
  it('lets exactly one of many concurrent writers commit each generation', async () => {
    const first = await newRing();
    await createFileTruthStore(state).write(first);
    for (let generation = 2; generation <= 12; generation++) {
      const writers = Array.from({ length: 6 }, () => createFileTruthStore(state));
      const results = await Promise.allSettled(writers.map((store) => store.write({ ...first, generation })));
      expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      const codes = results.flatMap((result) => (result.status === 'rejected' ? [result.reason.code] : []));
      expect(new Set(codes)).toEqual(new Set(['ERR_TRUTH_CONFLICT']));
    }
    expect((await createFileTruthStore(state).read('tokens'))?.generation).toBe(12);
  });

  it('refuses a generation that does not follow the newest, and the creation of a ring that exists', async () => {
    const store = createFileTruthStore(state);
    const ring = await newRing();
    await store.write(ring);
    await expect(store.write(ring)).rejects.toMatchObject({ code: 'ERR_TRUTH_CONFLICT' });
    await expect(store.write(next(ring, 2))).rejects.toMatchObject({ code: 'ERR_TRUTH_CONFLICT' });
  });

  it('is not changed by a writer that slept until its generation had been pruned', async () => {
    const store = createFileTruthStore(state);
    const ring = await newRing();
    for (let generation = 1; generation <= 20; generation++) await store.write({ ...ring, generation });
    // The sleeper had checked before it fell asleep, and links now.
    await commitGeneration(join(state, 'truth', 'tokens'), 5, JSON.stringify({ old: true }));
    expect((await store.read('tokens'))?.generation).toBe(20);
    expect(await readdir(join(state, 'truth', 'tokens'))).toContain('000000000005.json');
    await store.write({ ...ring, generation: 21 });
    expect((await store.read('tokens'))?.generation).toBe(21);
  });

  it('is never taken from an older generation when the newest is damaged', async () => {
    const store = createFileTruthStore(state);
    const ring = await newRing();
    await store.write(ring);
    await store.write(next(ring));
    await writeFile(join(state, 'truth', 'tokens', '000000000002.json'), '{"version":1,');
    await expect(store.read('tokens')).rejects.toMatchObject({ code: 'ERR_RING_INVALID' });
  });
});

describe('the projection on one machine', () => {
  it('goes only upward, whoever writes it, and the mount follows', async () => {
    const store = createFileTruthStore(state);
    const ring = await newRing();
    const newer = next(ring);
    await store.write(ring);
    await store.write(newer);
    await store.project(newer);
    await store.project(ring);
    expect((await store.readProjection('tokens'))?.generation).toBe(2);
    const mounted = await readFile(join(state, 'mounts', 'public', 'tokens', 'ring.json'), 'utf8');
    expect(JSON.parse(mounted).generation).toBe(2);
  });

  it('has no private member in its bytes', async () => {
    const store = createFileTruthStore(state);
    const ring = await newRing();
    await store.write(ring);
    await store.project(ring);
    const bytes = await readFile(join(state, 'public', 'tokens', '000000000001.json'), 'utf8');
    for (const { jwk } of ring.keys) expect(bytes).not.toContain(jwk?.d);
    for (const member of PRIVATE_JWK_MEMBERS) expect(bytes).not.toMatch(new RegExp(`"${member}"\\s*:`));
  });
});

it('would be lost if a link replaced what is there: link(2) refuses', async () => {
  await writeFile(join(state, 'a'), 'a');
  await writeFile(join(state, 'b'), 'b');
  await expect(link(join(state, 'a'), join(state, 'b'))).rejects.toMatchObject({ code: 'EEXIST' });
});
