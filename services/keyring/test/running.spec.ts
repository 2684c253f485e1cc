import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RingNode, RingNodeOptions } from '../src/index.js';
import {
  createManualClock,
  createTestMount,
  createTestRing,
  type ManualClock,
  type TestRing,
} from '../src/testing/index.js';
import { asTimePasses, Cleanup, codeOf, createReports, eventually, live } from './harness.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

const cleanup = new Cleanup();
afterEach(() => cleanup.run());

let ring: TestRing;
let clock: ManualClock;
let stateDir: string;
let reports: ReturnType<typeof createReports>;
let boot: string;

beforeEach(async () => {
  clock = createManualClock();
  ring = await createTestRing({ clock });
  stateDir = await cleanup.folder();
  reports = createReports();
  boot = 'boot-1';
});

const make = (options: Partial<RingNodeOptions> = {}): RingNode =>
  cleanup.node({
    ring: 'access-tokens',
    role: 'issuer',
    stateDir,
    podUid: 'pod-1',
    truth: ring.truth,
    clock,
    logger: reports,
    kernel: () => ({ bootId: boot, uptimeMs: clock.monotonic() }),
    ...options,
  });

const running = async (options: Partial<RingNodeOptions> = {}): Promise<RingNode> => {
  const node = make(options);
  await node.start();
  return node;
};

const generationOf = (node: RingNode): number => node.require().generation;
const evidence = async (node: RingNode): Promise<number> => {
  const { loaded, durable } = await node.receipt();
  return Math.min(loaded, durable);
};

describe('P2: a new ring is loaded', () => {
  it('by accept set and signer together, listeners before the receipt', async () => {
    const node = await running();
    let release = (): void => undefined;
    const seen: [number, number | undefined][] = [];
    node.onChange(async (next, previous) => {
      seen.push([next.generation, previous?.generation]);
      if (next.generation > 1) await new Promise<void>((resolve) => (release = resolve));
    });
    const kid = ring.activate();
    await asTimePasses(clock, 'the swap', () => generationOf(node) === 2);
    expect(node.signer().kid).toBe(kid);
    expect((await node.receipt()).loaded).toBe(1);
    expect((await node.receipt()).durable).toBe(2);
    release();
    await eventually('the receipt', async () => (await node.receipt()).loaded === 2);
    expect(seen).toEqual([
      [1, undefined],
      [2, 1],
    ]);
  });

  it('again by who could not take it at first: a process is not ready before they have', async () => {
    const node = make();
    let able = false;
    node.onChange(async () => {
      if (!able) throw new Error('not yet');
    });
    void node.start();
    await asTimePasses(clock, 'the ring', async () => (await codeOf(() => node.require())) === 'none');
    await clock.advance(5_000);
    expect(node.ready()).toBe(false);
    able = true;
    await asTimePasses(clock, 'the process is ready', () => node.ready());
  });

  it('first of all by those who go by it: a process is not ready before they have taken it', async () => {
    const node = make();
    let release = (): void => undefined;
    node.onChange(() => new Promise<void>((resolve) => (release = resolve)));
    void node.start();
    await asTimePasses(clock, 'the ring', async () => (await codeOf(() => node.require())) === 'none');
    await clock.advance(5_000);
    expect(node.ready()).toBe(false);
    release();
    await asTimePasses(clock, 'the process is ready', () => node.ready());
  });

  it('whatever a listener does: one that fails holds the receipt and is asked again, one that hangs holds no swap', async () => {
    const node = await running();
    let failing = true;
    node.onChange(({ generation }) => {
      if (failing && generation === 2) throw new Error('not now');
    });
    ring.touch();
    await asTimePasses(clock, 'the swap', () => generationOf(node) === 2);
    await eventually('the report', () => reports.events().includes('listener-failed'));
    expect((await node.receipt()).loaded).toBe(1);
    failing = false;
    await asTimePasses(clock, 'the receipt', async () => (await node.receipt()).loaded === 2);

    node.onChange(({ generation }) => (generation > 2 ? new Promise<void>(() => undefined) : undefined));
    ring.touch();
    await asTimePasses(clock, 'the swap', () => generationOf(node) === 3);
    ring.touch();
    await asTimePasses(clock, 'the next swap', () => generationOf(node) === 4);
    expect((await node.receipt()).loaded).toBe(2);
  });

  it('never downwards: a truth that went back is refused, reported once, and renews no lease', async () => {
    const old = ring.document();
    await ring.rotate();
    const node = await running();
    ring.restore(old);
    await asTimePasses(clock, 'the report', () => reports.events().includes('generation-went-back'));
    await clock.advance(10_000);
    expect(reports.events().filter((event) => event === 'generation-went-back')).toHaveLength(1);
    expect(generationOf(node)).toBe(3);
    expect(await codeOf(() => node.document({ confirm: true }))).toBe('ERR_TRUTH_UNREADABLE');
    await asTimePasses(clock, 'the lease ends', async () => (await codeOf(() => node.signer())) !== 'none', 5 * MINUTE);
    expect(await codeOf(() => node.signer())).toBe('ERR_RING_CANNOT_SIGN');
  });

  it('not when the loaded generation comes with other keys: two histories', async () => {
    const node = await running();
    const other = { ...ring.document(), keys: ring.document().keys.slice(0, 1) };
    ring.restore(other);
    await asTimePasses(clock, 'the report', () => reports.events().includes('ring-refused'));
    expect(reports.all.find(({ event }) => event === 'ring-refused')).toMatchObject({ reason: 'contradicts' });
    expect(node.require().document.keys).toHaveLength(2);
  });
});

describe('the own file is the durable half of a receipt', () => {
  it('so a full disk holds the evidence back while serving goes on, and is made good later', async () => {
    const node = await running();
    await rename(stateDir, `${stateDir}.full`);
    await writeFile(stateDir, 'no folder: nothing can be written below');
    const kid = ring.activate();
    await asTimePasses(clock, 'the swap', () => generationOf(node) === 2);
    await eventually('the listeners', async () => (await node.receipt()).loaded === 2);
    await clock.advance(5000);
    expect(await node.receipt()).toMatchObject({ loaded: 2, durable: 1 });
    expect(node.ready()).toBe(true);
    expect(node.signer().kid).toBe(kid);
    expect(reports.events().filter((event) => event === 'own-file-unwritable')).toHaveLength(1);

    await rm(stateDir);
    await rename(`${stateDir}.full`, stateDir);
    await asTimePasses(clock, 'the file', async () => (await node.receipt()).durable === 2);
    expect(reports.events()).toContain('own-file-recovered');
    const file = JSON.parse(await readFile(join(stateDir, 'access-tokens.json'), 'utf8')) as { generation: number };
    expect(file.generation).toBe(2);
  });

  it('so a fresh pod that can write nothing serves, with no evidence at all', async () => {
    const folder = join(stateDir, 'file');
    await writeFile(folder, '');
    const node = await running({ stateDir: folder });
    expect(node.ready()).toBe(true);
    expect(await node.receipt()).toMatchObject({ loaded: 1, durable: 0 });
  });
});

describe('P3: a receipt', () => {
  it('is of one process start: the pod stays, the boot changes', async () => {
    const first = await running({ bootId: 'start-1' });
    const before = await first.receipt();
    await first.stop();
    const second = await running({ bootId: 'start-2' });
    const after = await second.receipt();
    expect([before.podUid, before.bootId]).toEqual(['pod-1', 'start-1']);
    expect([after.podUid, after.bootId]).toEqual(['pod-1', 'start-2']);
    expect(after.digest).toBe(before.digest);
  });

  it('catches up with the generation that is asked for, in one read', async () => {
    const node = await running({ pollMs: HOUR });
    await ring.rotate();
    const reads = ring.truth.reads();
    const receipt = await node.receipt({ atLeast: 3 });
    expect(receipt).toMatchObject({ loaded: 3, durable: 3 });
    expect(receipt.kids).toHaveLength(3);
    expect(ring.truth.reads()).toBe(reads + 1);
  });

  it('answers after 5 s with what it has, though the truth hangs', async () => {
    const node = await running({ pollMs: HOUR, timeoutMs: 60_000 });
    await ring.rotate();
    ring.truth.hang();
    let answered = 0;
    const receipt = node.receipt({ atLeast: 3 }).then(({ loaded }) => (answered = loaded));
    await clock.advance(4000);
    expect(answered).toBe(0);
    await clock.advance(1000);
    expect(await receipt).toBe(1);
    ring.truth.heal();
  });

  it('carries the rows left, counted afresh, and none when the count fails', async () => {
    const node = await running();
    let rows = 3;
    node.setRowsLeft(async () => ({ 'kid-1': rows }));
    expect((await node.receipt()).rowsLeft).toEqual({ 'kid-1': 3 });
    rows = 0;
    expect((await node.receipt()).rowsLeft).toEqual({ 'kid-1': 0 });
    node.setRowsLeft(() => Promise.reject(new Error('database down')));
    expect((await node.receipt()).rowsLeft).toBeUndefined();
  });
});

describe('P4: the lease', () => {
  it('ends L after the START of the last read, however long the read took', async () => {
    const node = await running({ pollMs: HOUR, timeoutMs: 10 * MINUTE });
    const before = ring.truth.reads();
    ring.truth.hang();
    await asTimePasses(clock, 'a read is under way', () => ring.truth.reads() > before, MINUTE);
    const began = clock.monotonic();
    await clock.advance(30 * MINUTE);
    ring.truth.heal();
    ring.truth.fail();
    await live(clock, 20 * MINUTE, MINUTE);
    expect(clock.monotonic()).toBe(began + 50 * MINUTE);
    expect(await codeOf(() => node.signer())).toBe('none');
    await clock.advance(9 * MINUTE);
    expect(await codeOf(() => node.signer())).toBe('none');
    await clock.advance(2 * MINUTE);
    expect(await codeOf(() => node.signer())).toBe('ERR_RING_CANNOT_SIGN');
    expect(node.ready()).toBe(true);
  });

  it('is renewed a quarter of L at the latest after the last contact', async () => {
    const node = await running({ pollMs: HOUR });
    await live(clock, 3 * HOUR, 15 * MINUTE);
    expect(await codeOf(() => node.signer())).toBe('none');
    expect(ring.truth.reads()).toBeGreaterThanOrEqual(8);
  });

  it('is not moved by the wall clock, forwards or back', async () => {
    const node = await running({ pollMs: HOUR });
    ring.truth.fail();
    clock.jumpWall(10 * HOUR);
    expect(await codeOf(() => node.signer())).toBe('none');
    clock.jumpWall(-20 * HOUR);
    await clock.advance(HOUR);
    expect(await codeOf(() => node.signer())).toBe('ERR_RING_CANNOT_SIGN');
  });

  it('begins with no load from a mount, and a restart keeps only what was left', async () => {
    const ringsDir = await cleanup.folder();
    const mount = createTestMount(ringsDir);
    await mount.swap(ring.document());
    await (await running()).stop();
    await clock.advance(45 * MINUTE);
    ring.truth.fail();
    const restarted = await running({ ringsDir, pollMs: 10 * MINUTE });
    expect(await codeOf(() => restarted.signer())).toBe('none');
    await clock.advance(14 * MINUTE);
    expect(await codeOf(() => restarted.signer())).toBe('none');
    await clock.advance(2 * MINUTE);
    expect(await codeOf(() => restarted.signer())).toBe('ERR_RING_CANNOT_SIGN');
    expect(restarted.ready()).toBe(true);
  });

  it('is lost with a reboot: the rest of it could not be measured', async () => {
    const ringsDir = await cleanup.folder();
    await createTestMount(ringsDir).swap(ring.document());
    await (await running()).stop();
    boot = 'boot-2';
    ring.truth.fail();
    const restarted = await running({ ringsDir });
    expect(restarted.ready()).toBe(true);
    expect(await codeOf(() => restarted.signer())).toBe('ERR_RING_CANNOT_SIGN');
    ring.truth.heal();
    await asTimePasses(clock, 'a contact', async () => (await codeOf(() => restarted.signer())) === 'none');
  });

  it('does not grow while an instance that signs is still being replaced', async () => {
    const node = await running();
    node.onChange(({ generation }) => (generation > 1 ? new Promise<void>(() => undefined) : undefined));
    ring.activate();
    await asTimePasses(clock, 'the swap', () => generationOf(node) === 2);
    await asTimePasses(clock, 'the lease ends', async () => (await codeOf(() => node.signer())) !== 'none', MINUTE);
    expect(await codeOf(() => node.signer())).toBe('ERR_RING_CANNOT_SIGN');
  });

  it('gives a verifier no signer, and nobody one while no key is active', async () => {
    const verifier = await running({ role: 'verifier' });
    expect(await codeOf(() => verifier.signer())).toBe('ERR_RING_CANNOT_SIGN');
    const bare = await createTestRing({ ring: 'bare', clock, standby: false });
    bare.compromise(bare.active.kid);
    const issuer = await running({ ring: 'bare', truth: bare.truth });
    expect(await codeOf(() => issuer.signer())).toBe('ERR_RING_CANNOT_SIGN');
  });
});

describe('P7: no usable ring', () => {
  it('is unavailable past the hard limit, with a time to try again, and recovers', async () => {
    const node = await running({ role: 'verifier', pollMs: 10 * MINUTE });
    ring.truth.fail();
    await asTimePasses(clock, 'the limit', async () => (await codeOf(() => node.require())) !== 'none', HOUR);
    expect(() => node.require()).toThrow(
      expect.objectContaining({
        code: 'ERR_RING_UNAVAILABLE',
        detail: { ring: 'access-tokens', retryAfterMs: 600_000 },
      }),
    );
    expect(node.ready()).toBe(false);
    ring.truth.heal();
    await asTimePasses(clock, 'it recovers', () => node.ready(), MINUTE);
  });

  it('reports an outage once, and once that it is over', async () => {
    await running();
    ring.truth.fail();
    await asTimePasses(clock, 'the report', () => reports.events().includes('read-failed'));
    await live(clock, 20_000, 1000);
    ring.truth.heal();
    await asTimePasses(clock, 'its end', () => reports.events().includes('read-recovered'));
    expect(reports.events().filter((event) => event.startsWith('read-'))).toEqual(['read-failed', 'read-recovered']);
  });
});

describe('confirming reads for others', () => {
  it('share the next read and never one that is under way', async () => {
    const node = await running({ pollMs: HOUR });
    const before = ring.truth.reads();
    ring.truth.hang();
    const early = node.document({ confirm: true });
    await eventually('a read is under way', () => ring.truth.reads() === before + 1);
    ring.touch();
    const late = Promise.all([1, 2, 3].map(() => node.document({ confirm: true })));
    ring.truth.heal();
    expect((await early).generation).toBe(1);
    expect((await late).map(({ generation }) => generation)).toEqual([2, 2, 2]);
    expect(ring.truth.reads()).toBe(before + 2);
    await eventually('what was read is loaded as well', () => generationOf(node) === 2);
  });

  it('carry no private part', async () => {
    const node = await running();
    expect(JSON.stringify(await node.document({ confirm: true }))).not.toContain(ring.active.jwk!.d);
    expect(JSON.stringify(await node.document())).not.toContain(ring.active.jwk!.d);
  });
});

describe('a running process', () => {
  it('notes its contacts at least every quarter of X, so that a restart within X needs nobody', async () => {
    const node = await running({ role: 'verifier', pollMs: 5 * MINUTE });
    await live(clock, 5 * HOUR, 5 * MINUTE);
    await node.stop();
    ring.truth.fail();
    await clock.advance(40 * MINUTE);
    expect((await running({ role: 'verifier' })).ready()).toBe(true);
  });

  it('has evidence of what it holds, and none before it holds anything', async () => {
    ring.truth.fail();
    const node = make();
    void node.start();
    expect(await evidence(node)).toBe(0);
    ring.truth.heal();
    await asTimePasses(clock, 'it starts', () => node.ready());
    await eventually('the receipt', async () => (await evidence(node)) === 1);
  });
});

describe('options that cannot work', () => {
  it.each([
    [{ ring: '../x' }, 'ring must be a DNS label'],
    [{ role: 'reader' as never }, 'role must be issuer, verifier or holder'],
    [{ stateDir: '' }, 'stateDir must name a folder'],
    [{ podUid: '' }, 'podUid must be'],
    [{ truth: undefined as never }, 'truth must be given to an issuer'],
    [{ role: 'verifier' as const, truth: undefined as never }, 'truth or urls must be given'],
    [
      { role: 'holder' as const, truth: undefined as never, urls: ['http://localhost'] },
      'truth or ringsDir must be given',
    ],
    [{ pollMs: 0 }, 'pollMs must be a number above 0'],
    [{ role: 'verifier' as const, urls: ['ftp://localhost'] }, 'each of urls must be an http or https base URL'],
  ])('%j: a TypeError that says %s', (options, message) => {
    expect(() => make(options)).toThrow(TypeError);
    expect(() => make(options)).toThrow(message);
  });
});
