import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RingNode, RingNodeOptions } from '../src/index.js';
import {
  createManualClock,
  createTestMount,
  createTestRing,
  type ManualClock,
  type TestMount,
  type TestRing,
} from '../src/testing/index.js';
import { asTimePasses, Cleanup, codeOf, createReports, eventually } from './harness.js';

const HOUR = 3_600_000;

const cleanup = new Cleanup();
afterEach(() => cleanup.run());

let ring: TestRing;
let clock: ManualClock;
let stateDir: string;
let ringsDir: string;
let mount: TestMount;
let reports: ReturnType<typeof createReports>;
let uptime: number;
let boot: string;

beforeEach(async () => {
  clock = createManualClock();
  ring = await createTestRing({ clock });
  stateDir = await cleanup.folder();
  ringsDir = await cleanup.folder();
  mount = createTestMount(ringsDir);
  reports = createReports();
  uptime = 0;
  boot = 'boot-1';
});

const make = (options: Partial<RingNodeOptions> = {}): RingNode =>
  cleanup.node({
    ring: 'access-tokens',
    role: 'verifier',
    stateDir,
    podUid: 'pod-1',
    ringsDir,
    truth: ring.truth,
    clock,
    logger: reports,
    kernel: () => ({ bootId: boot, uptimeMs: clock.monotonic() + uptime }),
    ...options,
  });

/** A process of the pod that ran, loaded what there was, and ended. */
const predecessor = async (options: Partial<RingNodeOptions> = {}): Promise<void> => {
  const node = make(options);
  await node.start();
  await node.stop();
  reports.all.length = 0;
};

const loadedGeneration = (node: RingNode): number => {
  try {
    return node.require().generation;
  } catch {
    return 0;
  }
};

describe('P1: a fresh pod', () => {
  it('loads nothing from its mount before a confirming read, however new the mount looks', async () => {
    await mount.swap(ring.publicDocument());
    ring.truth.fail();
    const node = make();
    void node.start();
    await eventually('it asked', () => ring.truth.reads() > 0);
    await clock.advance(60_000);
    expect(node.ready()).toBe(false);
    expect(await codeOf(() => node.require())).toBe('ERR_RING_UNAVAILABLE');
    expect((await node.receipt()).loaded).toBe(0);
    expect(await codeOf(() => node.document())).toBe('ERR_RING_UNAVAILABLE');
  });

  it('starts with what the truth says and not with a mount that was born stale', async () => {
    await mount.swap(ring.publicDocument());
    await ring.rotate();
    const node = make();
    await node.start();
    expect(node.require().generation).toBe(3);
    expect(await node.receipt()).toMatchObject({
      loaded: 3,
      durable: 3,
      podUid: 'pod-1',
      ringId: ring.document().ringId,
    });
  });

  it('becomes ready by itself once the truth can be read', async () => {
    ring.truth.fail();
    const node = make();
    const started = node.start();
    await eventually('it asked', () => ring.truth.reads() > 0);
    expect(node.ready()).toBe(false);
    ring.truth.heal();
    await asTimePasses(clock, 'it is ready', () => node.ready());
    await started;
    expect(node.ready()).toBe(true);
  });

  it('is what a pod is that found the file of another pod, or one that is damaged', async () => {
    await predecessor();
    ring.truth.fail();
    const other = make({ podUid: 'pod-2' });
    void other.start();
    await eventually('it decides', () => reports.events().includes('start-needs-confirmation'));
    expect(reports.all[0]).toMatchObject({ because: 'file-of-another-pod', floor: 0 });
    await other.stop();
    reports.all.length = 0;

    const file = join(stateDir, 'access-tokens.json');
    const text = await readFile(file, 'utf8');
    await writeFile(file, text.slice(0, text.length / 2));
    const damaged = make();
    void damaged.start();
    await eventually('it decides', () => reports.events().includes('start-needs-confirmation'));
    expect(reports.events()[0]).toBe('own-file-damaged');
    expect(damaged.ready()).toBe(false);
    expect((await damaged.receipt()).durable).toBe(0);
  });

  it('that is an issuer serves nothing and signs nothing before its own read', async () => {
    await mount.swap(ring.document());
    ring.truth.fail();
    const node = make({ role: 'issuer' });
    void node.start();
    await eventually('it asked', () => ring.truth.reads() > 0);
    await clock.advance(10_000);
    expect(await codeOf(() => node.signer())).toBe('ERR_RING_UNAVAILABLE');
    expect(await codeOf(() => node.document())).toBe('ERR_RING_UNAVAILABLE');
    expect(await codeOf(() => node.document({ confirm: true }))).toBe('ERR_TRUTH_UNREADABLE');
  });
});

describe('P1: a restart in the same pod', () => {
  it('serves from its own file while nobody can be reached, at the same generation', async () => {
    await ring.rotate();
    await predecessor();
    ring.truth.fail();
    const node = make();
    await node.start();
    expect(node.ready()).toBe(true);
    expect(await node.receipt()).toMatchObject({ loaded: 3, durable: 3 });
    expect(node.require().document.form).toBe('public');
  });

  it('starts from the newest of file, mount and truth', async () => {
    await predecessor();
    await ring.rotate();
    await mount.swap(ring.publicDocument());
    ring.truth.fail();
    const mounted = make();
    await mounted.start();
    expect(mounted.require().generation).toBe(3);
    await mounted.stop();

    ring.truth.heal();
    ring.touch();
    const asked = make();
    await asked.start();
    expect(asked.require().generation).toBe(4);
  });

  it('never goes below its file, though the mount went back', async () => {
    await mount.swap(ring.document());
    const old = ring.document();
    await ring.rotate();
    await predecessor({ role: 'issuer' });
    await mount.replace(old);
    ring.truth.fail();
    const node = make({ role: 'issuer' });
    void node.start();
    await eventually('it refuses the mount', () => reports.events().includes('generation-went-back'));
    await clock.advance(10_000);
    expect(loadedGeneration(node)).toBe(0);
    expect(node.ready()).toBe(false);
    expect(await node.receipt()).toMatchObject({ loaded: 0, durable: 3 });
    await mount.replace(ring.document());
    await asTimePasses(clock, 'the mount catches up', () => node.ready());
  });

  it('is as a fresh pod when the last contact is older than X, yet keeps its floor', async () => {
    await ring.rotate();
    await predecessor();
    await clock.advance(HOUR + 1);
    ring.truth.fail();
    const node = make();
    void node.start();
    await eventually('it decides', () => reports.events().includes('start-needs-confirmation'));
    await clock.advance(10_000);
    expect(reports.all[0]).toMatchObject({ event: 'start-needs-confirmation', because: 'contact-too-old', floor: 3 });
    expect(node.ready()).toBe(false);
    ring.truth.heal();
    await asTimePasses(clock, 'it is ready', () => node.ready());
  });

  it('counts X over a reboot by the wall clock, and asks when that clock went back', async () => {
    await predecessor();
    boot = 'boot-2';
    clock.jumpWall(30 * 60_000);
    const rebooted = make();
    await rebooted.start();
    expect(reports.all[0]).toMatchObject({ event: 'start-resumed' });
    await rebooted.stop();
    reports.all.length = 0;

    boot = 'boot-3';
    clock.jumpWall(-3 * HOUR);
    ring.truth.fail();
    const jumped = make();
    void jumped.start();
    await eventually('it decides', () => reports.events().includes('start-needs-confirmation'));
    expect(reports.all[0]).toMatchObject({ because: 'contact-age-unknown' });
  });

  it('is not fooled about X by a wall clock that jumps back within one boot', async () => {
    await predecessor();
    await clock.advance(2 * HOUR);
    clock.jumpWall(-2 * HOUR);
    ring.truth.fail();
    const node = make();
    void node.start();
    await eventually('it decides', () => reports.events().includes('start-needs-confirmation'));
    expect(reports.all[0]).toMatchObject({ because: 'contact-too-old' });
  });

  it('refuses a ring of the same name and another identity', async () => {
    await predecessor();
    const impostor = await createTestRing({ clock });
    await impostor.rotate();
    const node = make({ truth: impostor.truth });
    void node.start();
    await eventually('it refuses', () => reports.events().includes('ring-refused'));
    expect(reports.all.find(({ event }) => event === 'ring-refused')).toMatchObject({ reason: 'ring-id-changed' });
    expect(node.require().generation).toBe(1);
  });
});

describe('the own file', () => {
  it('keeps the public ring for a verifier and only the number for who holds secrets', async () => {
    await predecessor();
    expect(await readFile(join(stateDir, 'access-tokens.json'), 'utf8')).toContain(ring.active.kid);
    const text = JSON.stringify(
      await createTestRing({ ring: 'session-secret', algorithm: 'opaque', clock }).then(async (secret) => {
        const node = make({ ring: 'session-secret', role: 'holder', truth: secret.truth });
        await node.start();
        return {
          file: await readFile(join(stateDir, 'session-secret.json'), 'utf8'),
          secret: secret.active.secret,
          kid: secret.active.kid,
        };
      }),
    );
    const { file, secret, kid } = JSON.parse(text) as Record<string, string>;
    expect(file).not.toContain(secret);
    expect(file).not.toContain(kid);
    expect(JSON.parse(file!)).toMatchObject({ version: 1, ring: 'session-secret', generation: 1, podUid: 'pod-1' });
  });
});
