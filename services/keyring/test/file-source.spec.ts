import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { join } from 'node:path';
import { type AnyRingDocument, createFileSource, type FileSource, serializeRingDocument } from '../src/index.js';
import { createTestMount, createTestRing, type TestMount, type TestRing } from '../src/testing/index.js';
import { Cleanup, createReports, eventually } from './harness.js';

const cleanup = new Cleanup();
afterEach(() => cleanup.run());

let ring: TestRing;
let mount: TestMount;
let source: FileSource;
let reports: ReturnType<typeof createReports>;
let brought: AnyRingDocument[];

beforeEach(async () => {
  ring = await createTestRing();
  const dir = await cleanup.folder();
  mount = createTestMount(dir);
  reports = createReports();
  brought = [];
  const path = join(dir, ring.document().ring, 'ring.json');
  source = createFileSource({
    ring: 'access-tokens',
    path,
    onDocument: (document) => brought.push(document),
    logger: reports,
  });
  cleanup.add(() => source.close());
});

const generations = (): number[] => brought.map(({ generation }) => generation);

describe.each([
  ["Kubernetes' swap of ..data", (document: AnyRingDocument) => mount.swap(document)],
  ['a file renamed over the old one', (document: AnyRingDocument) => mount.replace(document)],
])('a mounted ring, changed by %s', (_name, put) => {
  it('is noticed without being asked for, each time', async () => {
    await put(ring.publicDocument());
    await source.check();
    for (let generation = 2; generation <= 6; generation++) {
      ring.touch();
      await put(ring.publicDocument());
      await eventually(`generation ${generation}`, () => source.latest()?.generation === generation);
    }
    expect(generations()).toEqual([1, 2, 3, 4, 5, 6]);
    expect(reports.all).toEqual([]);
  });

  it('is brought once, however often it is looked at', async () => {
    await put(ring.publicDocument());
    for (let look = 0; look < 5; look++) await source.check();
    expect(generations()).toEqual([1]);
  });
});

describe('a damaged file', () => {
  it('never replaces the ring in memory, cut at any place, and is reported once until it is whole again', async () => {
    await mount.replace(ring.publicDocument());
    await source.check();
    ring.touch();
    const text = serializeRingDocument(ring.publicDocument());
    for (let end = 0; end < text.length - 1; end += 97) {
      await mount.scribble('access-tokens', text.slice(0, end));
      await source.check();
      expect(source.latest()?.generation).toBe(1);
    }
    expect(reports.events()).toEqual(['file-damaged']);
    await mount.scribble('access-tokens', text);
    await source.check();
    expect(source.latest()?.generation).toBe(2);
    expect(reports.events()).toEqual(['file-damaged', 'file-recovered']);
  });

  it('is named with its rule and without its content', async () => {
    await mount.scribble('access-tokens', '{"version":1,"secret":"hunter2"}');
    await source.check();
    expect(reports.all[0]).toMatchObject({ level: 'error', event: 'file-damaged' });
    expect(JSON.stringify(reports.all)).toContain('type: must be one of SigningKey, SharedSecret');
    expect(JSON.stringify(reports.all)).not.toContain('hunter2');
  });

  it('may be of a newer schema: refused with a clear sentence', async () => {
    await mount.replace(ring.publicDocument());
    await source.check();
    const text = serializeRingDocument(ring.publicDocument()).replace('"version": 1', '"version": 2');
    await mount.scribble('access-tokens', text);
    await source.check();
    expect(JSON.stringify(reports.all)).toContain('written in schema 2; this build reads up to 1');
    expect(source.latest()?.generation).toBe(1);
  });
});

describe('a missing file', () => {
  it('is waited for, and deleting it or its folder takes nothing away', async () => {
    await source.check();
    expect(source.latest()).toBeUndefined();
    await mount.swap(ring.publicDocument());
    await source.check();
    expect(source.latest()?.generation).toBe(1);
    await mount.remove('access-tokens');
    await source.check();
    expect(source.latest()?.generation).toBe(1);
    ring.touch();
    await mount.replace(ring.publicDocument());
    await source.check();
    expect(source.latest()?.generation).toBe(2);
    expect(reports.all).toEqual([]);
  });
});
