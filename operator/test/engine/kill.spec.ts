import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createFileTruthReader } from '@keyturn/keyring';
import { activeKey, type RingDocument } from '@keyturn/keyring/document';
import { httpProcesses, RingEngine } from '../../src/engine/index.js';
import { readJson } from '../../src/local/json-files.js';
import { createLocalDriver } from '../../src/local/index.js';
import { type RotationRequest, type RunRecord } from '../../src/records/index.js';
import { Consumer, eventually } from '../support/processes.js';
import { History } from '../support/history.js';

const KILLABLE = fileURLToPath(new URL('../support/killable-operator.mjs', import.meta.url));
/** More points than a rotation has; the search ends at the first run in which the operator outlives it. */
const MOST_POINTS = 80;

jest.setTimeout(400_000);

let state: string;
let history: History;
const consumers: Consumer[] = [];
const started: ChildProcess[] = [];

beforeAll(async () => {
  state = await mkdtemp(join(tmpdir(), 'keyturn-kill-'));
  await mkdir(join(state, 'rings'), { recursive: true });
  const policy = {
    type: 'SigningKey',
    algorithm: 'ES256',
    maxCredentialLifetime: '50ms',
    clockSkew: '0s',
    clockError: '0s',
    safety: { issuerLease: '100ms', maxLiveKeys: 50 },
  };
  await writeFile(join(state, 'rings', 'tokens.json'), JSON.stringify(policy));
  history = new History(state, 'tokens');
});
afterAll(async () => {
  for (const child of started) if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
  await Promise.all(consumers.map((consumer) => consumer.stop()));
  await history.stop();
  await rm(state, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
});

interface Outcome {
  /** Where it was killed; undefined = it lived until the work was done. */
  readonly killedAt: string | undefined;
}

/** Runs an operator that kills itself at a point, until it is dead or `done` holds. */
async function operate(killAt: number, done: () => Promise<boolean>): Promise<Outcome> {
  const child = spawn(process.execPath, [KILLABLE, state, String(killAt)], { stdio: ['ignore', 'pipe', 'inherit'] });
  started.push(child);
  let said = '';
  child.stdout.on('data', (chunk) => (said += String(chunk)));
  const dead = once(child, 'exit').then(() => true);
  for (;;) {
    const ended = await Promise.race([dead, new Promise<boolean>((resolve) => setTimeout(resolve, 20, false))]);
    if (ended) return { killedAt: /"killedAt":"([^"]+)"/.exec(said)?.[1] ?? 'unknown' };
    if (!(await done())) continue;
    child.kill('SIGKILL');
    await dead;
    return { killedAt: undefined };
  }
}

/** The next operator: it remembers nothing and finds what the killed one left. */
async function finish(done: () => Promise<boolean>): Promise<void> {
  const driver = createLocalDriver(state, () => undefined);
  const next = new RingEngine({
    ring: 'tokens',
    driver,
    processes: httpProcesses,
    now: Date.now,
    observe: () => undefined,
  });
  try {
    await eventually('the next operator has done the work', async () => {
      await next.turn();
      return done();
    });
  } finally {
    driver.close();
  }
}

const truth = async (): Promise<RingDocument> => {
  const ring = await createFileTruthReader(join(state, 'truth')).read('tokens');
  if (!ring) throw new Error('there is no ring');
  return ring;
};
const settled = async (): Promise<boolean> => {
  const ring = await createFileTruthReader(join(state, 'truth'))
    .read('tokens')
    .catch(() => undefined);
  const states = ring?.keys.map(({ state: is, provenAt }) => (is === 'pending' && provenAt ? 'standby' : is)) ?? [];
  return (
    ['active', 'standby'].every((wanted) => states.includes(wanted as never)) &&
    !states.includes('draining') &&
    !states.includes('compromised')
  );
};

const runOf = async (id: string): Promise<RunRecord | undefined> =>
  (await readJson(join(state, 'runs', `${id}.json`))) as RunRecord | undefined;

async function submit(id: string, what: object): Promise<void> {
  const request = { id, ring: 'tokens', requestedAt: new Date().toISOString(), requestedBy: 'test', ...what };
  await mkdir(join(state, 'requests'), { recursive: true });
  await writeFile(join(state, 'requests', `${id}.json`), JSON.stringify(request as RotationRequest));
}

/** Kills an operator at each point of a piece of work in turn; the next one finishes it. Returns the points. */
async function killAtEveryPoint(
  name: string,
  begin: (id: string) => Promise<void>,
  check: (id: string) => Promise<void>,
) {
  const points: string[] = [];
  for (let point = 1; point <= MOST_POINTS; point++) {
    const id = `${name}-${point}`;
    await begin(id);
    const done = async () => (await runOf(id))?.phase === 'Complete' && (await settled());
    const { killedAt } = await operate(point, done);
    if (killedAt !== undefined) {
      points.push(killedAt);
      await finish(done);
    }
    await check(id);
    if (killedAt === undefined) return points;
  }
  throw new Error(`the work has more than ${MOST_POINTS} points`);
}

describe('an operator that is killed', () => {
  it('while it creates a ring, at any point, leaves a ring or none, and the next one goes on', async () => {
    for (let point = 1; ; point++) {
      const { killedAt } = await operate(
        point,
        async () =>
          (await createFileTruthReader(join(state, 'truth'))
            .read('tokens')
            .catch(() => undefined)) !== undefined,
      );
      if (killedAt === undefined || killedAt.startsWith('after the status')) break;
      await rm(join(state, 'truth', 'tokens'), { recursive: true, force: true });
      await rm(join(state, 'public', 'tokens'), { recursive: true, force: true });
    }
    // Before this there were several rings, one after the other.
    history.start();
    const urls: string[] = [];
    consumers.push(await Consumer.start(state, 'auth-1', 'issuer', urls));
    consumers.push(await Consumer.start(state, 'auth-2', 'holder', urls));
    await finish(settled);
    expect((await truth()).keys.map(({ state: is }) => is).sort()).toEqual(['active', 'pending']);
  });

  it('while it rotates, at any point, has rotated exactly once when the next one is done', async () => {
    let before: string | undefined;
    const points = await killAtEveryPoint(
      'rotate',
      async (id) => {
        before = activeKey((await truth()).keys)?.kid;
        await submit(id, { kind: 'rotate' });
      },
      async (id) => {
        const signers = history.signers();
        const from = signers.lastIndexOf(before ?? '');
        await eventually('the history has seen it', () => history.signers().length > from + 1);
        expect(history.signers().slice(from)).toHaveLength(2);
        const run = await runOf(id);
        expect(run).toMatchObject({ phase: 'Complete', kids: [history.signers().at(-1)] });
      },
    );
    expect(history.broken()).toEqual([]);
    const writes = [
      'the write of the truth',
      'the projection',
      'the record of a run',
      'the removal of a request',
      'the status',
    ];
    const expected = writes
      .flatMap((what) => [`before ${what}`, `after ${what}`])
      .concat('listed', 'asked', 'step-planned');
    expect(points).toEqual(expect.arrayContaining(expected));
  });

  it('while it revokes, at any point, has revoked that key when the next one is done, and says when it was refused', async () => {
    let leaked: string | undefined;
    await killAtEveryPoint(
      'revoke',
      async (id) => {
        leaked = activeKey((await truth()).keys)?.kid;
        await submit(id, { kind: 'revoke', keys: [leaked] });
      },
      async (id) => {
        const key = (await truth()).keys.find(({ kid }) => kid === leaked);
        expect(key).toMatchObject({ state: 'revoked' });
        expect(key?.jwk).toBeUndefined();
        const run = await runOf(id);
        expect(run?.emergency).toMatchObject({
          declaredAt: expect.any(String),
          writtenAt: expect.any(String),
          finishedAt: expect.any(String),
        });
      },
    );
    expect(history.broken()).toEqual([]);
  });
});
