import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Platform, startPlatform } from '@keyturn/local';
import { createFileTruthStore } from '@keyturn/operator';
import {
  againstRotation,
  CROWD,
  type Crowd,
  type DocumentServer,
  ended,
  inWords,
  judge,
  Ledger,
  platformOptions,
  readRun,
  RogueOperator,
  SESSION_RING,
  SHORT,
  startCrowd,
  startDocumentServer,
  submit,
  TOKEN_RING,
  type Verdict,
} from '@keyturn/proof';

const times = { ...SHORT, tokenMs: 12_000 };
const crowdPlan = {
  ...CROWD,
  newcomers: 0,
  careful: 0,
  sleepers: 0,
  bearerSleepers: 0,
  openSleepers: 0,
  readers: 0,
  members: 6,
  memberThinkMs: 30,
};
const LONG_MS = 60_000;

describe('negative controls: rotations done wrong over the shipped services, in the same harness', () => {
  const ledger = new Ledger();
  let dir: string;
  let documents: DocumentServer;
  let platform: Platform;
  let crowd: Crowd;

  /** Does something, lets users work for a while, and judges what they met meanwhile. */
  const during = async (happen: () => Promise<void>, afterwardsMs: number): Promise<Verdict> => {
    const from = Date.now();
    await happen();
    await sleep(afterwardsMs);
    await crowd.collect();
    return judge(
      [...ledger.failures()].filter(({ at }) => at >= from),
      [],
    );
  };

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'keyturn-proof-'));
    // PostgreSQL runs as another user when we are root; where that one cannot go, its data would outlive the folder.
    await chmod(dir, 0o711);
    // tasks-2 learns of rings here and nowhere else.
    documents = await startDocumentServer(join(dir, 'state'));
    const { rings, env } = platformOptions('ES256', times);
    const line = { KEYTURN_RING_URLS: documents.url, KEYTURN_RINGS_DIR: join(dir, 'nothing') };
    platform = await startPlatform({ dir, ...(rings && { rings }), env: { ...env, 'tasks-2': line } });
    const options = { origin: platform.url, mailUrl: platform.mailUrl, lives: times, plan: crowdPlan };
    crowd = startCrowd(options, ledger);
    await sleep(4_000);
    // The first test cuts a process off from it: a standby that is not proven by then would never be.
    const store = createFileTruthStore(platform.places.state);
    const isProven = async () =>
      (await store.read(TOKEN_RING))?.keys.some(({ provenAt, state }) => provenAt && state === 'pending');
    while (!(await isProven())) await sleep(100);
  });

  afterAll(async () => {
    await crowd?.stop();
    await platform?.stop();
    await documents?.stop();
    await rm(dir, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
  });

  it('the shipped operator waits for a process that learns nothing, names it, and nobody fails', async () => {
    documents.cut();
    const id = await submit(platform.places.state, TOKEN_RING, { kind: 'rotate' });
    // The standby was proven before the line was cut; the next one cannot be.
    await ended(platform.places.state, id, 30_000);
    const next = await submit(platform.places.state, TOKEN_RING, { kind: 'rotate' });
    const held = await during(async () => undefined, 8_000);
    const run = await readRun(platform.places.state, next);
    expect(run?.phase).toBe('Waiting');
    expect(run?.waitingFor?.map(({ name }) => name)).toEqual(['tasks-2']);
    documents.mend();
    await ended(platform.places.state, next, 30_000);
    expect([...held.logouts, ...held.unexplained].map(inWords)).toEqual([]);
  });

  it('activation by timer, without proof: a process that was not reached refuses the new key', async () => {
    await platform.hold('operator');
    documents.cut();
    const rogue = new RogueOperator(platform.places.state, TOKEN_RING);
    const verdict = await during(() => rogue.activateByTimer(1_000, LONG_MS), 12_000);
    documents.mend();
    expect(againstRotation(verdict)).toBeGreaterThan(0);
    const refusing = new Set([...verdict.unexplained, ...verdict.logouts].map(({ replica }) => replica));
    expect([...refusing]).toEqual(['tasks-2']);
  });

  it('no pending phase: one issuer signs with a secret that the other does not know yet', async () => {
    await sleep(3_000);
    const rogue = new RogueOperator(platform.places.state, SESSION_RING);
    const verdict = await during(async () => {
      for (let n = 0; n < 5; n++) {
        await rogue.activateAtOnce(LONG_MS);
        await sleep(1_500);
      }
    }, 2_000);
    expect(verdict.logouts.length).toBeGreaterThan(0);
  });

  it('a drain shorter than the life of a token: good tokens are refused before their end', async () => {
    await sleep(3_000);
    const rogue = new RogueOperator(platform.places.state, TOKEN_RING);
    const verdict = await during(async () => {
      await rogue.activateByTimer(2_500, 100);
      await sleep(200);
      await rogue.retire();
    }, 4_000);
    expect(verdict.logouts.length).toBeGreaterThan(0);
    expect(new Set(verdict.logouts.map(({ service }) => service))).toContain('tasks');
  });
});
