import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  createFileTruthReader,
  KeyringError,
  type RingNode,
  type RingNodeOptions,
  serializeRingDocument,
  truthFileName,
} from '../src/index.js';
import {
  createManualClock,
  createTestMount,
  createTestRing,
  type ManualClock,
  type TestRing,
} from '../src/testing/index.js';
import { asTimePasses, Cleanup, codeOf, createReports, eventually, live } from './harness.js';
import { createHostileServer } from './hostile-server.js';

const cleanup = new Cleanup();
afterEach(() => cleanup.run());

let ring: TestRing;
let clock: ManualClock;
let reports: ReturnType<typeof createReports>;

beforeEach(async () => {
  clock = createManualClock();
  ring = await createTestRing({ clock });
  reports = createReports();
});

const make = async (options: Partial<RingNodeOptions>): Promise<RingNode> =>
  cleanup.node({
    ring: ring.document().ring,
    role: 'verifier',
    stateDir: await cleanup.folder(),
    podUid: 'pod-1',
    clock,
    logger: reports,
    timeoutMs: 5_000,
    ...options,
  });

const issuer = async (): Promise<{ node: RingNode; url: string }> => {
  const node = await make({ role: 'issuer', truth: ring.truth });
  await node.start();
  return { node, url: await cleanup.serve({ nodes: [node] }) };
};

describe('a verifier over HTTP', () => {
  it('is not ready by an ordinary answer: one that rests on the truth it must be', async () => {
    const { url } = await issuer();
    ring.truth.fail();
    const node = await make({ urls: [url] });
    void node.start();
    await asTimePasses(clock, 'the report', () => reports.events().includes('start-needs-confirmation'));
    await asTimePasses(clock, 'some tries', () => true, 5000);
    expect(node.ready()).toBe(false);
    expect(await codeOf(() => node.require())).toBe('ERR_RING_UNAVAILABLE');
    ring.truth.heal();
    await asTimePasses(clock, 'the confirmation', () => node.ready());
    expect(node.require().document).toEqual(ring.publicDocument());
  });

  it('gets a new ring within a poll from an issuer, and from the operator while that is down', async () => {
    const gone = await createHostileServer(cleanup);
    gone.answer = (request) => void request.socket.destroy();
    const operator = await cleanup.serve({ documents: { document: async () => ring.document() } });
    const node = await make({ urls: [gone.url, operator] });
    await node.start();
    await ring.rotate();
    await asTimePasses(clock, 'the new ring', () => node.require().generation === 3);
    expect(await node.receipt()).toMatchObject({ loaded: 3, durable: 3 });
  });

  it('catches up by a confirming read, though the issuer it asks has not loaded the generation yet', async () => {
    const { node: lagging, url } = await issuer();
    const node = await make({ urls: [url] });
    await node.start();
    await ring.rotate();
    expect(lagging.require().generation).toBe(1);
    expect(await node.receipt({ atLeast: 3 })).toMatchObject({ loaded: 3, durable: 3 });
  });

  it('keeps a newer mounted ring while every document server is down, and goes on by it', async () => {
    const { url } = await issuer();
    const ringsDir = await cleanup.folder();
    const mount = createTestMount(ringsDir);
    await mount.swap(ring.publicDocument());
    const down = await createHostileServer(cleanup);
    down.answer = (_request, response) =>
      void fetch(url + _request.url).then(async (answer) => response.end(await answer.text()));
    const node = await make({ urls: [down.url], ringsDir });
    await node.start();
    down.answer = (request) => void request.socket.destroy();
    await ring.rotate();
    await mount.swap(ring.publicDocument());
    await asTimePasses(clock, 'the mounted ring', () => node.require().generation === 3);
    await mount.scribble('access-tokens', '{"damaged');
    await asTimePasses(clock, 'the report', () => reports.events().includes('file-damaged'));
    expect(node.require().generation).toBe(3);
  });

  it('says nothing about channels that lag: that is what they do', async () => {
    const ringsDir = await cleanup.folder();
    await createTestMount(ringsDir).swap(ring.publicDocument());
    const old = ring.publicDocument();
    let lagging = false;
    const server = await cleanup.serve({
      documents: { document: async (_ring, { confirm }) => (lagging && !confirm ? old : ring.document()) },
    });
    await ring.rotate();
    const node = await make({ urls: [server], ringsDir });
    await node.start();
    lagging = true;
    await live(clock, 5000, 1000);
    expect(node.require().generation).toBe(3);
    expect(reports.events()).toEqual(['start-needs-confirmation', 'ring-loaded']);
  });

  it('keeps no private part in memory or on disk, though its mount or its truth has one', async () => {
    const stateDir = await cleanup.folder();
    const node = await make({ truth: ring.truth, stateDir });
    await node.start();
    const { d } = ring.active.jwk!;
    expect(JSON.stringify(node.require().document)).not.toContain(d);
    expect(await readFile(join(stateDir, 'access-tokens.json'), 'utf8')).not.toContain(d);
  });
});

describe('a holder of a shared secret without access to the truth', () => {
  it('learns by HTTP how new its mount must be, and waits for it', async () => {
    ring = await createTestRing({ ring: 'session-secret', algorithm: 'HS256', clock });
    const old = ring.document();
    await ring.rotate();
    const ringsDir = await cleanup.folder();
    const mount = createTestMount(ringsDir);
    await mount.swap(old);
    const operator = await cleanup.serve({ documents: { document: async () => ring.document() } });
    const node = await make({ role: 'holder', urls: [operator], ringsDir });
    void node.start();
    await asTimePasses(clock, 'a refusal', () => reports.events().includes('generation-went-back'));
    expect(node.ready()).toBe(false);
    await mount.swap(ring.document());
    await asTimePasses(clock, 'the mounted ring', () => node.ready());
    expect(node.signer()).toMatchObject({ kid: ring.active.kid, secret: ring.active.secret, algorithm: 'HS256' });
    expect(await node.receipt()).toMatchObject({ role: 'holder', loaded: 3, durable: 3 });
  });

  it('signs no longer than the lease after the last confirmation', async () => {
    ring = await createTestRing({ ring: 'session-secret', algorithm: 'opaque', clock });
    const ringsDir = await cleanup.folder();
    await createTestMount(ringsDir).swap(ring.document());
    let up = true;
    const operator = await cleanup.serve({
      documents: {
        document: async () => {
          if (!up) throw new KeyringError('ERR_TRUTH_UNREADABLE', 'down');
          return ring.document();
        },
      },
    });
    const node = await make({ role: 'holder', urls: [operator], ringsDir });
    void node.start();
    await asTimePasses(clock, 'it is ready', () => node.ready());
    expect(await codeOf(() => node.signer())).toBe('none');
    up = false;
    await asTimePasses(clock, 'the lease ends', async () => (await codeOf(() => node.signer())) !== 'none', 300_000);
    expect(node.ready()).toBe(true);
  });
});

describe('the truth as files', () => {
  const put = async (dir: string): Promise<void> => {
    const folder = join(dir, 'access-tokens');
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, '.new'), serializeRingDocument(ring.document()));
    await link(join(folder, '.new'), join(folder, truthFileName(ring.document().generation)));
    await rm(join(folder, '.new'));
  };

  it('is the highest generation, whatever else lies there', async () => {
    const dir = await cleanup.folder();
    const truth = createFileTruthReader(dir);
    expect(await truth.read('access-tokens')).toBeUndefined();
    for (let generation = 1; generation <= 11; generation++) {
      await put(dir);
      expect((await truth.read('access-tokens'))?.generation).toBe(generation);
      ring.touch();
    }
    await writeFile(join(dir, 'access-tokens', '.half.tmp'), '{');
    await writeFile(join(dir, 'access-tokens', '99.json'), '{');
    expect((await truth.read('access-tokens'))?.generation).toBe(11);
  });

  it('is unreadable, and not absent, when its folder is gone or in the way', async () => {
    const dir = await cleanup.folder();
    expect(await codeOf(() => createFileTruthReader(join(dir, 'none')).read('access-tokens'))).toBe(
      'ERR_TRUTH_UNREADABLE',
    );
    await writeFile(join(dir, 'access-tokens'), 'a file');
    expect(await codeOf(() => createFileTruthReader(dir).read('access-tokens'))).toBe('ERR_TRUTH_UNREADABLE');
    await expect(createFileTruthReader(dir).read('../etc')).rejects.toThrow(TypeError);
  });

  it('that is damaged at its head is an error; an older generation is not taken for it', async () => {
    const dir = await cleanup.folder();
    await put(dir);
    await writeFile(join(dir, 'access-tokens', truthFileName(2)), '{"secret":"hunter2');
    await expect(createFileTruthReader(dir).read('access-tokens')).rejects.toThrow(/^document: must be JSON$/);
    await writeFile(join(dir, 'access-tokens', truthFileName(2)), serializeRingDocument(ring.document()));
    await expect(createFileTruthReader(dir).read('access-tokens')).rejects.toThrow(/^generation: must be the number/);
    await writeFile(join(dir, 'access-tokens', truthFileName(2)), serializeRingDocument(ring.publicDocument()));
    await expect(createFileTruthReader(dir).read('access-tokens')).rejects.toThrow(/^form: must be full/);
  });

  it('is read while it is written and pruned, and never seen half or backwards', async () => {
    const dir = await cleanup.folder();
    await put(dir);
    const truth = createFileTruthReader(dir);
    const written = new AbortController();
    const writer = (async () => {
      for (let generation = 2; generation <= 60; generation++) {
        ring.touch();
        await put(dir);
        await rm(join(dir, 'access-tokens', truthFileName(generation - 1)));
      }
      written.abort();
    })();
    let last = 0;
    while (!written.signal.aborted) {
      const { generation } = (await truth.read('access-tokens'))!;
      expect(generation).toBeGreaterThanOrEqual(last);
      last = generation;
    }
    await writer;
    await eventually('the last', async () => (await truth.read('access-tokens'))?.generation === 60);
  });
});
