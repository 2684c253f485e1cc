import { afterAll, beforeAll, describe, expect, jest } from '@jest/globals';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { activeKey } from '@keyturn/keyring/document';
import { collection, item, KEY_RINGS, KEY_ROTATIONS, ResourceCache } from '../../src/kubernetes/api/index.js';
import type { KeyRotation } from '../../src/kubernetes/driver/index.js';
import { eventually } from '../support/processes.js';
import { ClusterConsumer } from './support/cluster-consumer.js';
import { ClusterStage, clusterTest, hasCluster, RING_SPEC } from './support/cluster-stage.js';
import { RingWatch } from './support/ring-watch.js';

const KILLABLE = fileURLToPath(new URL('./support/killable-operator.mjs', import.meta.url));
/** More points than a piece of work has; the search ends at the first run in which the operator outlives it. */
const MOST_POINTS = 120;

jest.setTimeout(600_000);

let stage: ClusterStage;
let namespace: string;
let account: string;
let history: RingWatch;
const consumers: ClusterConsumer[] = [];
const started: ChildProcess[] = [];

beforeAll(async () => {
  if (!hasCluster) return;
  stage = await ClusterStage.open();
  namespace = await stage.namespace();
  account = await stage.serviceAccount(namespace);
  history = new RingWatch(stage.api, namespace, 'tokens');
  await stage.keyRing(namespace, 'tokens', {
    ...RING_SPEC,
    maxCredentialLifetime: '50ms',
    safety: { issuerLease: '100ms', maxLiveKeys: 50 },
  });
});
afterAll(async () => {
  for (const child of started) if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
  await Promise.all(consumers.map((consumer) => consumer.stop()));
  await history?.stop();
  await stage?.close();
});

/** Runs an operator that kills itself at a point, until it is dead or `done` holds. Resolves with where it was killed. */
async function operate(killAt: number, done: () => Promise<boolean>, only = ''): Promise<string | undefined> {
  const args = [KILLABLE, new URL(stage.plane.url).port, account, namespace, String(killAt), only];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  started.push(child);
  let said = '';
  child.stdout.on('data', (chunk) => (said += String(chunk)));
  const dead = once(child, 'exit').then(() => true);
  for (;;) {
    const ended = await Promise.race([dead, new Promise<boolean>((resolve) => setTimeout(resolve, 50, false))]);
    if (ended) return /"killedAt":"([^"]+)"/.exec(said)?.[1] ?? 'unknown';
    if (!(await done())) continue;
    child.kill('SIGKILL');
    await dead;
    return undefined;
  }
}

const settled = async (): Promise<boolean> => {
  const ring = await stage.truth(namespace).read('tokens');
  const states = ring?.keys.map(({ state, provenAt }) => (state === 'pending' && provenAt ? 'standby' : state)) ?? [];
  const wanted = states.includes('active') && states.includes('standby' as never);
  return wanted && !states.includes('draining') && !states.includes('compromised');
};
const activeKid = async (): Promise<string> => {
  const ring = await stage.truth(namespace).read('tokens');
  return activeKey(ring?.keys ?? [])?.kid ?? '';
};
const runOf = (id: string): Promise<KeyRotation | undefined> => stage.get<KeyRotation>(KEY_ROTATIONS, namespace, id);

interface Work {
  begin(id: string): Promise<unknown>;
  check(id: string): Promise<void>;
}

/** Kills an operator at one point of a piece of work; the next one finishes it. Returns the point, if it was reached. */
async function killAt(id: string, { begin, check }: Work, point: number, only?: string): Promise<string | undefined> {
  await begin(id);
  const done = async () => (await runOf(id))?.status?.phase === 'Complete' && (await settled());
  const killedAt = await operate(point, done, only);
  if (killedAt !== undefined) await operate(0, done);
  await check(id);
  return killedAt;
}

/** One point after the other. What happens at the nth differs from run to run, so the points of interest have names. */
async function killAtEveryPoint(name: string, work: Work, named: readonly string[] = []): Promise<string[]> {
  const points: string[] = [];
  for (let point = 1; point <= MOST_POINTS; point++) {
    const killedAt = await killAt(`${name}-${point}`, work, point);
    if (killedAt === undefined) break;
    points.push(killedAt);
  }
  if (points.length === MOST_POINTS) throw new Error(`the work has more than ${MOST_POINTS} points`);
  for (const [index, point] of named.entries()) {
    if (points.includes(point)) continue;
    const killedAt = await killAt(`${name}-named-${index}`, work, 1, point);
    if (killedAt !== undefined) points.push(killedAt);
  }
  return points;
}

describe('an operator in a cluster that is killed', () => {
  clusterTest('while it creates a ring leaves a ring or none, and the next one goes on', async () => {
    for (let point = 1; point < 8; point++) await operate(point, async () => false);
    for (const name of ['auth-1', 'auth-2']) {
      consumers.push(await ClusterConsumer.start(stage, namespace, name, 'issuer'));
    }
    await operate(0, settled);
    expect(new Set(history.documents().map(({ ringId }) => ringId)).size).toBe(1);
    expect(history.broken()).toEqual([]);
  });

  clusterTest(
    'is harmless beside another one, though neither was elected: they rotate once for each request',
    async () => {
      const ids = ['both-1', 'both-2', 'both-3'];
      const before = history.signers().length;
      const done = async () => {
        const runs = await Promise.all(ids.map(runOf));
        return runs.every((run) => run?.status?.phase === 'Complete') && (await settled());
      };
      const operators = [operate(0, done), operate(0, done)];
      for (const id of ids) {
        await stage.rotation(namespace, id);
        await stage.reaches(namespace, id, 'Complete');
      }
      await Promise.all(operators);
      expect(history.signers()).toHaveLength(before + ids.length);
      expect(history.broken()).toEqual([]);
    },
  );

  clusterTest('while it rotates, at any point, has rotated exactly once when the next one is done', async () => {
    let before = '';
    const work: Work = {
      begin: async (id) => {
        before = await activeKid();
        await stage.rotation(namespace, id);
      },
      check: async (id) => {
        const after = await activeKid();
        await eventually('the history has seen it', () => history.signers().at(-1) === after);
        expect(history.signers().slice(history.signers().lastIndexOf(before))).toEqual([before, after]);
        expect((await runOf(id))?.status).toMatchObject({ phase: 'Complete', kids: [after] });
      },
    };
    const writes = [
      'an update of secrets',
      'an update of configmaps',
      'an update of keyrotations/status',
      'an update of keyrings/status',
    ];
    const expected = writes
      .flatMap((what) => [`before ${what}`, `after ${what}`])
      .concat('listed', 'asked', 'step-planned');
    expect(await killAtEveryPoint('rotate', work, expected)).toEqual(expect.arrayContaining(expected));
    expect(history.broken()).toEqual([]);
  });

  clusterTest('while it revokes, at any point, has revoked that key when the next one is done', async () => {
    let leaked = '';
    await killAtEveryPoint('revoke', {
      begin: async (id) => {
        leaked = await activeKid();
        await stage.rotation(namespace, id, { reason: 'Compromised', revoke: { keys: [leaked] } });
      },
      check: async (id) => {
        const ring = await stage.truth(namespace).read('tokens');
        const key = ring?.keys.find(({ kid }) => kid === leaked);
        expect(key).toMatchObject({ state: 'revoked' });
        expect(key?.jwk).toBeUndefined();
        const times = ['declaredAt', 'writtenAt', 'finishedAt'];
        expect(Object.keys((await runOf(id))?.status?.emergency ?? {})).toEqual(expect.arrayContaining(times));
      },
    });
    expect(history.broken()).toEqual([]);
  });

  clusterTest(
    'while it begins a run for the schedule or trims the history, has one run for each rotation',
    async () => {
      const seen = new Map<string, KeyRotation>();
      const stopped = new AbortController();
      const cache = new ResourceCache<KeyRotation>({
        api: stage.api,
        path: collection(KEY_ROTATIONS, namespace),
        onChange: (now) => now?.spec.reason === 'Scheduled' && seen.set(now.metadata.name, now),
      });
      const watching = cache.run(stopped.signal);
      const pause = (paused: boolean) =>
        stage.api.patch(item(KEY_RINGS, namespace, 'tokens'), {
          spec: { rotation: { interval: '1s', historyLimit: 1, paused } },
        });
      const finish = async (): Promise<void> => {
        await pause(true);
        const isQuiet = async () => [...seen.values()].every(({ status }) => status?.phase === 'Complete') && settled();
        await operate(0, isQuiet);
      };
      const before = history.signers().length;
      for (const what of ['a creation of keyrotations', 'a removal of keyrotations']) {
        for (const moment of [`before ${what}`, `after ${what}`]) {
          await finish();
          await pause(false);
          expect(await operate(1, async () => false, moment)).toBe(moment);
        }
      }
      await finish();
      expect(seen.size).toBeGreaterThanOrEqual(3);
      await eventually('the history has seen it', async () => history.signers().at(-1) === (await activeKid()));
      expect(history.signers()).toHaveLength(before + seen.size);
      expect(history.broken()).toEqual([]);
      stopped.abort();
      await watching;
    },
  );
});
