import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  complaints,
  cutReceipts,
  ended,
  Figures,
  forgetRotations,
  freePort,
  type Front,
  keepEvidence,
  kidOf,
  Kubernetes,
  legacyWorkload,
  listRotations,
  mendReceipts,
  MOMENTS,
  NAMESPACE,
  NewService,
  openNodePorts,
  Person,
  type PodObject,
  reached,
  readEnvironment,
  readRing,
  readRotation,
  Release,
  request,
  rotate,
  rotationOf,
  Rotations,
  CLUSTER,
  run,
  runNode,
  seconds,
  startFront,
  until,
  Users,
  verifiers,
} from '@keyturn/acceptance';
import type { RingDocument } from '@keyturn/keyring/document';
import { KubernetesTruth } from '@keyturn/operator/kubernetes';
import { againstRotation, askByCanary, type Refusal, RogueOperator, watchProcess } from '@keyturn/proof';
import { expectGolden } from './golden.js';
import { forwardTo } from './forward.js';
import { chromiumPath, Visitor } from './visitor.js';

const TOKENS = 'access-tokens';
const SESSIONS = 'session-secret';
const RINGS = [TOKENS, SESSIONS];
const VALUES = (name: string): string[] => ['-f', `infra/acceptance/values/${name}.yaml`];
const SHORT = VALUES('short-lives');
const SHARED = 'shared-tokens';

const environment = readEnvironment();
const figures = new Figures();
const registry = environment.registry ?? 'localhost';
const IMAGE = `${registry}/keyturn/tasks:0.1.0`;

let port: number;
let kubernetes: Kubernetes;
let release: Release;
let front: Front;
let users: Users;
let rotations: Rotations;

const truth = (): KubernetesTruth => new KubernetesTruth({ api: kubernetes.api, namespace: NAMESPACE });

const documentOf = async (ring: string): Promise<RingDocument> => {
  const document = await truth().read(ring);
  if (!document) throw new Error(`there is no truth of ${ring}`);
  return document;
};

/** Waits until a ring has nothing to do any more: everybody has proven its standby, which is returned, and its status says so. */
const settled = (ring: string): Promise<string> => {
  const standby = until(`${ring} has a proven standby`, 120_000, async () => {
    const { keys, generation } = await documentOf(ring);
    const pending = keys.filter(({ state }) => state === 'pending');
    const { status } = await readRing(kubernetes, ring);
    const isTold = status?.generation === generation && status.consumers?.lagging?.length === 0;
    const isIdle = status?.currentRun === undefined && pending.every(({ provenAt }) => provenAt !== undefined);
    if (isTold && isIdle && pending[0]) return pending[0].kid;
    throw new Error(JSON.stringify({ generation, ...status, keys: keys.map(({ kid, state }) => `${state} ${kid}`) }));
  });
  return kubernetes.explained(standby);
};

/** What several parts need, and the first of them that runs makes. */
const once = (make: () => Promise<unknown>): (() => Promise<unknown>) => {
  let made: Promise<unknown> | undefined;
  return () => (made ??= make());
};

const haveShortLives = once(() => release.upgrade(...SHORT));

/** The one address, with further services behind it. */
const openFront = async (...services: string[]): Promise<string> => {
  front = await startFront(port, await openNodePorts(kubernetes, environment.nodeAddress, ...services));
  const origin = `http://localhost:${port}`;
  await until('the node port answers', 30_000, async () => (await fetch(`${origin}/.well-known/jwks.json`)).ok);
  return origin;
};

const closeFront = async (): Promise<void> => {
  await rotations?.stop();
  await users?.stop();
  await front?.close();
};

const startUsers = async (): Promise<void> => {
  users = new Users(await openFront());
  await until('users work with tasks', 60_000, async () => users.requests > 200);
};

const haveUsers = once(async () => {
  await haveShortLives();
  await startUsers();
});

/**
 * Something happens, keys of every kind rotate meanwhile and once more afterwards, and nobody notices. `more` = what the
 * report says of it as well.
 */
const unnoticed = async (what: string, happen: () => Promise<unknown>, more = () => ''): Promise<void> => {
  const from = Date.now();
  await happen();
  const took = Date.now() - from;
  await rotations.more(1);
  const verdict = await users.verdict(from);
  const requests = [...users.ledger.entries()].filter(({ at }) => at >= from).length;
  const made = rotations.done.filter(({ until: at }) => at >= from).length;
  if (complaints(verdict).length > 0) await keepEvidence(kubernetes, what);
  const note = `${requests.toLocaleString('en-US')} requests, ${made} rotations, ${againstRotation(verdict)} failed`;
  figures.add('Under load', what, seconds(took), note + more());
  expect(rotations.stuck).toEqual([]);
  expect(complaints(verdict)).toEqual([]);
};

/** A part of the suite; how long it took is among the figures. */
const part = (name: string, tests: () => void): void =>
  describe(name, () => {
    let begun: number;
    beforeAll(() => void (begun = performance.now()));
    tests();
    afterAll(() => figures.add('How long the suite takes', name, seconds(performance.now() - begun)));
  });

beforeAll(async () => {
  port = await freePort();
  kubernetes = await Kubernetes.open(environment.kubeconfig ?? '', NAMESPACE);
  release = new Release(kubernetes, [`baseUrl=http://localhost:${port}`, `global.imageRegistry=${registry}`]);
  await release.prepare();
  const { ms } = await release.install();
  figures.add('Install', '`helm install --wait`, default values, until everything is ready', seconds(ms), 'aim: 90 s');
}, 600_000);

afterAll(async () => {
  await closeFront();
  await release?.remove();
  kubernetes?.close();
  if (environment.report !== undefined) figures.write(environment.report);
}, 300_000);

part('a fresh install in a namespace that enforces the restricted standard', () => {
  it('is ready: every ring has a key that signs and a standby', async () => {
    await kubernetes.kubectl(['wait', '--for=condition=Ready', 'keyring', '--all', '--timeout=60s']);
    expectGolden('fresh', await kubernetes.kubectl(['get', 'keyrings,keyrotations']));
  });

  it('passes helm test, again and again, until no more keys may live, which is no failure', async () => {
    const first = await release.test();
    figures.add('Install', '`helm test`: sign-up, token, guarded call, rotation', seconds(first.ms));
    expect(first.result).toContain('the key is rotated, and the old token worked');
    await kubernetes.kubectl([
      'patch',
      'keyring',
      TOKENS,
      '--type=merge',
      '-p',
      '{"spec":{"safety":{"maxLiveKeys":3}}}',
    ]);
    const second = await release.test();
    expect(second.result).toContain('no rotation now');
  });

  it('shows the front end at the platform’s address: scripts by a policy, tasks to somebody with a session', async () => {
    const origin = await openFront();
    const visit = (path: string, cookie = ''): Promise<Response> =>
      fetch(`${origin}${path}`, { headers: { cookie }, redirect: 'manual' });
    await until('the front end answers', 30_000, async () => (await visit('/en/sign-in')).status === 200);
    const page = await visit('/en/sign-in');
    const [, nonce] = /script-src 'nonce-([^']+)'/.exec(page.headers.get('content-security-policy') ?? '') ?? [];
    expect(await page.text()).toContain(`nonce="${nonce}"`);
    const refused = await visit('/en/tasks');
    expect([refused.status, refused.headers.get('location')]).toEqual([307, '/en/sign-in?callback=%2Fen%2Ftasks']);
    const person = await Person.signUp(origin);
    const own = await visit('/en/tasks', person.cookie);
    expect([own.status, await own.text()]).toEqual([200, expect.stringContaining(person.name)]);
    await closeFront();
  });

  it('takes shorter lives by an upgrade', async () => {
    await haveShortLives();
    await kubernetes.kubectl(['wait', '--for=condition=Ready', 'keyring', '--all', '--timeout=60s']);
  });
});

part('what kubectl shows while a process holds a rotation', () => {
  let pod: string;

  beforeAll(async () => {
    await haveShortLives();
    await kubernetes.apply(...verifiers('watcher', TOKENS, IMAGE, 1));
    await kubernetes.rolledOut('watcher');
    const { items } = await kubernetes.get<{ items: { metadata: { name: string } }[] }>('pods', '-l', 'app=watcher');
    pod = items[0]?.metadata.name ?? '';
    // Pods that the upgrade replaced count until they are gone; then two of auth, two of tasks and this one are left.
    await until('five pods use the ring', 90_000, async () => {
      const found = await kubernetes.kubectl(['get', 'pods', '-l', `ring.keyturn.dev/${TOKENS}`, '-o', 'name']);
      return found.trim().split('\n').length === 5;
    });
    await settled(TOKENS);
    await forgetRotations(kubernetes);
  });

  afterAll(() => kubernetes?.kubectl(['delete', 'deployment', 'watcher', '--wait']));

  it('a rotation that was asked for with kubectl apply ends at once, because its key was proven before', async () => {
    await kubernetes.apply(rotationOf(TOKENS, { name: 'first' }));
    await kubernetes.kubectl(['wait', '--for=condition=Complete', 'keyrotation/first', '--timeout=60s']);
    await settled(TOKENS);
    expectGolden('after', await kubernetes.kubectl(['get', 'keyrings,keyrotations']));
  });

  it('a pod whose receipts are cut is named in conditions, status and wait, and holds the next key back', async () => {
    await cutReceipts(kubernetes, pod);
    await kubernetes.apply(rotationOf(TOKENS, { name: 'held' }));
    const stalled = ['wait', '--for=condition=Stalled', `keyring/${TOKENS}`, '--timeout=60s'];
    await kubernetes.kubectl(stalled);
    await forgetRotations(kubernetes);
    expectGolden('held', await kubernetes.kubectl(['get', 'keyrings,keyrotations']));
    const { status } = await readRing(kubernetes, TOKENS);
    expect(status?.conditions.find(({ type }) => type === 'Stalled')?.message).toContain(pod);
    expect((await readRotation(kubernetes, 'held'))?.status?.waitingFor?.map(({ name }) => name)).toEqual([pod]);
    expect(status?.activeKid).not.toBe((await readRotation(kubernetes, 'held'))?.status?.kids?.[0]);
  });

  it('kubectl keyturn status --watch follows it, and the rotation ends as soon as the pod answers again', async () => {
    const stop = new AbortController();
    let shown = '';
    const onOutput = (soFar: string): void => void (shown = soFar);
    const watching = kubernetes.keyturn(['status', TOKENS, '--watch'], { signal: stop.signal, onOutput });
    await until('it shows who holds the rotation', 30_000, async () => shown.includes('stalled'));
    await mendReceipts(kubernetes, pod);
    await kubernetes.kubectl(['wait', '--for=condition=Complete', 'keyrotation/held', '--timeout=60s']);
    const { generation } = await settled(TOKENS).then(() => documentOf(TOKENS));
    await until('it shows that all is well', 30_000, async () => {
      const [, seen, current] =
        /generation (\d+), (\d+\/\d+)/.exec(shown.slice(shown.lastIndexOf('\n\n', shown.length - 3))) ?? [];
      return Number(seen) >= generation && current === '5/5';
    });
    stop.abort();
    const frames = (await watching).split('\n\n').filter((frame) => frame.trim() !== '');
    expectGolden('status-held', frames[0] ?? '');
    expectGolden('status-after', frames.at(-1) ?? '');
  });
});

part('users who go on with their work from outside of the cluster', () => {
  beforeAll(async () => {
    await haveUsers();
    rotations = new Rotations(kubernetes, RINGS, 500);
    await rotations.more(1);
  });

  it('sign up, sign in, get tokens and work with tasks while keys of both kinds rotate', async () => {
    await unnoticed('six rotations of each ring', () => rotations.more(6));
    const operations = new Set([...users.ledger.entries()].map(({ operation }) => operation));
    for (const operation of [
      'user.sign-up',
      'user.sign-in',
      'token.get',
      'tasks.list',
      'two-factor.verify',
      'page.read',
    ])
      expect(operations).toContain(operation);
  });

  it('notice nothing of pods that come and go', async () => {
    const scale = (replicas: number) =>
      kubernetes.kubectl(['scale', 'deployment/keyturn-tasks', `--replicas=${replicas}`]);
    await unnoticed('tasks scaled from 2 to 4 pods and back', async () => {
      await scale(4);
      await kubernetes.rolledOut('keyturn-tasks');
      await rotations.more(1);
      await scale(2);
      await until('two pods are left', 60_000, async () => (await release.pods('tasks')).length === 2);
    });
  });

  it('notice nothing of an upgrade that replaces every pod of the platform', async () => {
    const set = ['auth', 'services.tasks', 'operator', 'web'].flatMap((component) => [
      '--set-string',
      `${component}.podAnnotations.acceptance=${Date.now()}`,
    ]);
    await unnoticed('`helm upgrade`: rolling update of auth, tasks, operator and front end', () =>
      release.upgrade(...SHORT, ...set, '--set', 'crds.applyWithHook=true'),
    );
  });

  it('notice nothing of operators that are killed, at any phase of a rotation', async () => {
    for (const moment of MOMENTS) {
      let phase = '';
      const kill = async (): Promise<void> => {
        const killLeader = await release.killerOf(await release.leader(), environment.ownNode);
        const rotation = await reached(kubernetes, moment);
        await killLeader();
        // Nobody writes it before the Lease has run out.
        phase = (await readRotation(kubernetes, rotation))?.status?.phase ?? 'not taken';
      };
      await unnoticed(`leading operator killed when a rotation is ${moment}`, kill, () => `; it was left ${phase}`);
    }
  });

  const ownNode = environment.ownNode ? it : it.skip;
  const whyNot = environment.ownNode ? '' : ', skipped: the daemons of this cluster are not ours to kill';
  ownNode(`notice nothing of an API server that is killed, nor of a kubelet${whyNot}`, async () => {
    for (const daemon of ['kube-apiserver', 'kubelet'])
      await unnoticed(`${daemon} killed and started again`, () => runNode(CLUSTER, ['restart', daemon]));
  });

  it('use tokens of many keys, each until its end', async () => {
    await users.verdict();
    const kids = new Set(
      [...users.ledger.entries()].filter(({ service }) => service === 'tasks').map(({ kid }) => kid),
    );
    expect(kids.size).toBeGreaterThan(4);
    figures.add(
      'Under load',
      'in all',
      `${users.ledger.length.toLocaleString('en-US')} requests`,
      `${rotations.done.length} rotations, tokens of ${kids.size} keys`,
    );
  });
});

part('a key that leaked', () => {
  let kid: string;
  let at: number;
  let refusals: readonly Refusal[];

  beforeAll(async () => {
    await haveUsers();
    await rotations?.stop();
    await kubernetes.kubectl(['scale', 'deployment/keyturn-tasks', '--replicas=4']);
    await kubernetes.rolledOut('keyturn-tasks');
    await settled(TOKENS);
    const { status } = await readRing(kubernetes, TOKENS);
    await until('somebody holds a token of the key that is going to be revoked', 60_000, async () => {
      await users.verdict();
      return [...users.ledger.entries()].some((entry) => entry.service === 'tasks' && entry.kid === status?.activeKid);
    });
  });

  it('is refused by every process within seconds, each for good from its first refusal on', async () => {
    const stolen = await documentOf(TOKENS);
    kid = stolen.keys.find(({ state }) => state === 'active')?.kid ?? '';
    const pods = [...(await release.pods('auth')), ...(await release.pods('tasks'))].map(
      ({ metadata }) => metadata.name,
    );
    const forwarded = await Promise.all(pods.map(forwardTo));
    const stop = new AbortController();
    /** What each process has said so far. */
    const said = new Set<string>();
    const watched = forwarded.map(({ url }, index) => {
      const ask = askByCanary(url, stolen, kid);
      // Six processes and their tunnels share the machine with everything else.
      const now = () => sleep(50).then(ask);
      const name = pods[index] ?? '';
      return watchProcess(name, now, stop.signal, (accepted) => said.add(`${name} ${accepted}`));
    });
    const all = (accepted: boolean) => pods.every((name) => said.has(`${name} ${accepted}`));
    await until('every process accepts it', 60_000, async () => all(true));
    at = Date.now();
    users.revocations.push({ kid, at });
    await kubernetes.keyturn(['revoke', TOKENS, '--yes', '--', kid]);
    await until('every process refuses it', 60_000, async () => all(false));
    // Long enough for a process to waver.
    await sleep(3_000);
    stop.abort();
    refusals = await Promise.all(watched);
    await Promise.all(forwarded.map(({ close }) => close()));
    expect(refusals).toHaveLength(6);
    expect(refusals.filter(({ lastAcceptedAt }) => lastAcceptedAt === 0)).toEqual([]);
    expect(refusals.filter(({ firstRefusedAt, wavered }) => firstRefusedAt === undefined || wavered)).toEqual([]);
  });

  it('is reported with the times at which processes refused it and at which it was proven gone', async () => {
    const { status } = await until('the run has ended', 60_000, async () => {
      const runs = await listRotations(kubernetes);
      const emergency = runs.find((found) => found.status?.emergency && found.status.kids?.includes(kid));
      return emergency?.status?.phase === 'Complete' && emergency;
    });
    const { declaredAt, firstRefusedAt, lastRefusedAt, finishedAt } = status?.emergency ?? {};
    const times = [declaredAt, firstRefusedAt, lastRefusedAt, finishedAt].map((time) => Date.parse(time ?? ''));
    expect(times).not.toContain(Number.NaN);
    expect(times).toEqual([...times].sort((a, b) => a - b));
    users.revocations.push({ kid, at, refusedAt: times[2] ?? Number.NaN });
    const last = Math.max(...refusals.map(({ firstRefusedAt = Number.NaN }) => firstRefusedAt));
    const add = (what: string, ms: number, note = '') =>
      figures.add('Revoke, 2 pods of auth and 4 of tasks', what, seconds(ms), note);
    add('`kubectl keyturn revoke` to the last process that refuses, seen from outside', last - at, 'aim: 3 s');
    add('declared to the last process that refuses, by the operator', (times[2] ?? 0) - (times[0] ?? 0));
    add('declared to proven gone from every process and every pod’s file', (times[3] ?? 0) - (times[0] ?? 0));
  });

  it('is followed by the standby at once, with which users go on without a logout', async () => {
    await sleep(8_000);
    const from = Date.now() - 4_000;
    const verdict = await users.verdict(at);
    const later = [...users.ledger.entries()].filter((entry) => entry.at >= from && entry.kid !== '');
    const accepted = new Set(later.filter(({ outcome }) => outcome === 'ok').map(({ kid: used }) => used));
    expect(complaints(verdict)).toEqual([]);
    expect(verdict.revoked).toBeGreaterThan(0);
    // Tokens of keys that drain are good as well: only the one that leaked is not.
    expect(accepted).toContain((await readRing(kubernetes, TOKENS)).status?.activeKid);
    expect(accepted).not.toContain(kid);
  });
});

part('the same harness, and a rotation that is done wrong', () => {
  it('notices a key that is removed before its tokens have ended', async () => {
    await haveUsers();
    await kubernetes.kubectl(['scale', 'deployment/keyturn-operator', '--replicas=0']);
    await until('no operator is left', 60_000, async () => (await release.pods('operator')).length === 0);
    const from = Date.now();
    const rogue = new RogueOperator(truth(), TOKENS);
    await rogue.activateByTimer(3_000, 100);
    await sleep(500);
    await rogue.retire();
    await sleep(6_000);
    const { logouts } = await users.verdict(from);
    expect(logouts.length).toBeGreaterThan(0);
    expect(new Set(logouts.map(({ service }) => service))).toContain('tasks');
    await closeFront();
    await kubernetes.kubectl(['scale', 'deployment/keyturn-operator', '--replicas=2']);
    await kubernetes.rolledOut('keyturn-operator');
    await settled(TOKENS);
  });
});

part('consumers that no receipt can come from', () => {
  beforeAll(async () => {
    await kubernetes.apply(...legacyWorkload('legacy', SESSIONS, IMAGE));
    await kubernetes.rolledOut('legacy');
    await release.upgrade(...SHORT, ...VALUES('outside-consumers'));
    await settled(SESSIONS);
  });

  afterAll(() => kubernetes?.kubectl(['delete', 'deployment', 'legacy', '--ignore-not-found', '--wait']));

  it('a workload with its secret in an environment variable is started again before the key signs', async () => {
    const from = performance.now();
    await rotate(kubernetes, SESSIONS);
    const standby = await settled(SESSIONS);
    figures.add(
      'Rollout',
      'until a Deployment that is started again has the next key',
      seconds(performance.now() - from),
    );
    const told = await until('each of its pods says what it was started with', 30_000, async () => {
      const { items } = await kubernetes.get<{ items: PodObject[] }>('pods', '-l', 'app=legacy');
      const staying = items.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
      const logs = await Promise.all(staying.map(({ metadata }) => kubernetes.kubectl(['logs', metadata.name])));
      return logs.length === 2 && logs.every((text) => text !== '') && logs;
    });
    expect(told).toEqual(told.map(() => expect.stringContaining(`pending ${standby}`) as unknown));
    expect((await rotate(kubernetes, SESSIONS)).kid).toBe(standby);
  });

  it('a verifier somewhere else is waited for by time, and said to be unproven', async () => {
    await settled(TOKENS);
    const name = await request(kubernetes, TOKENS);
    const { status } = await ended(kubernetes, name, 60_000);
    expect(status?.phase).toBe('Complete');
    expect(status?.unproven).toEqual(['Partner/elsewhere']);
  });
});

/** Its image is made where there is a Python to fetch its packages with. */
const withoutPython = await run('python3', ['-c', 'import sys; sys.exit(sys.version_info < (3, 11))']).then(
  () => '',
  () => ', skipped: no python3 of version 3.11 or newer made its image',
);

part('a service in Python', () => {
  (withoutPython === '' ? it : it.skip)(
    `proves each key before it signs, as any other, and refuses one that leaked${withoutPython}`,
    async () => {
      await release.upgrade(...SHORT, '--set', 'services.reports.enabled=true');
      await until('its pods are consumers', 60_000, async () => {
        const pods = await Promise.all(['auth', 'tasks', 'reports'].map((name) => release.pods(name)));
        const { status } = await readRing(kubernetes, TOKENS);
        return (status?.consumers?.total ?? 0) >= pods.flat().length;
      });
      const { kid } = await rotate(kubernetes, TOKENS);
      await settled(TOKENS);
      const pods = (await release.pods('reports')).map(({ metadata }) => metadata.name);
      expect(pods).toHaveLength(2);
      const forwarded = await Promise.all(pods.map(forwardTo));
      const stolen = await documentOf(TOKENS);
      const asked = forwarded.map(({ url }) => askByCanary(url, stolen, kid));
      const accepted = () => Promise.all(asked.map((ask) => ask()));
      expect(await accepted()).toEqual([true, true]);
      await kubernetes.keyturn(['revoke', TOKENS, '--yes', '--', kid]);
      expect(await accepted()).toEqual([false, false]);
      await Promise.all(forwarded.map(({ close }) => close()));
      await settled(TOKENS);
    },
  );

  (withoutPython === '' ? it : it.skip)(
    `looks sessions up instead, while their secret rotates, until their user signs out${withoutPython}`,
    async () => {
      const password = `--from-literal=password=${randomUUID().replaceAll('-', '')}`;
      await kubernetes.kubectl(['create', 'secret', 'generic', 'session-reader', password]);
      await release.upgrade(...SHORT, ...VALUES('sessions'));
      await closeFront();
      const person = await Person.signUp(await openFront('reports'));
      const access = () => person.bySession('reports/access');
      // One of the release before is on its way out, and may still answer for a moment: it takes tokens alone.
      await until('sessions are looked up', 30_000, async () => (await access()).status === 200);
      expect(await (await access()).json()).toMatchObject({ method: 'session' });
      const pods = (await release.pods('reports')).map(({ metadata }) => metadata.name);
      const stop = new AbortController();
      const asking = (async () => {
        const answers = new Set<number>();
        while (!stop.signal.aborted) {
          answers.add((await access()).status);
          // To look a session up does not make it live longer; to ask for a token does.
          await person.token();
          await sleep(100);
        }
        return answers;
      })();
      // What retires meanwhile reaches them by their mounts, which nobody waits for; what signs next, they have to prove.
      const rotated = ended(kubernetes, await request(kubernetes, SESSIONS), 180_000).finally(() => stop.abort());
      expect(await asking).toEqual(new Set([200]));
      const { status } = await rotated;
      const proven = status?.provenBy?.map((process) => process.split('/')[0]);
      expect(proven).toEqual(expect.arrayContaining(pods));
      expect((await access()).status).toBe(200);
      expect((await person.signOut()).status).toBe(200);
      expect((await access()).status).toBe(401);
      await closeFront();
      await release.upgrade(...SHORT);
      await kubernetes.kubectl(['delete', 'secret', 'session-reader']);
    },
  );
});

const withoutBrowser =
  chromiumPath() === undefined ? ', skipped: no Chromium (npx playwright-core install chromium)' : '';

part('somebody with a browser', () => {
  beforeAll(async () => {
    await haveShortLives();
    await closeFront();
  });

  (withoutBrowser === '' ? it : it.skip)(
    `signs up, keeps tasks while keys of both kinds rotate, and goes on with tokens of the next${withoutBrowser}`,
    async () => {
      const visitor = await Visitor.open(await openFront());
      try {
        await visitor.signUp('Ada Lovelace', `${randomUUID()}@example.test`, 'correct horse battery staple');
        await visitor.addTask('before');
        await rotate(kubernetes, SESSIONS);
        const { kid } = await rotate(kubernetes, TOKENS);
        await visitor.addTask('after');
        // Each issuer signs with the key from when it has read that it is active.
        await until('its pages send a token of the next key', 60_000, async () => {
          await visitor.go('/en/tasks');
          await visitor.task('before').waitFor();
          return visitor.kids.has(kid);
        });
        await visitor.addTask('with the next');
        await visitor.task('after').waitFor();
        expect(visitor.complaints).toEqual([]);
      } finally {
        await visitor.close();
        await closeFront();
      }
    },
  );
});

part('fifty verifiers', () => {
  it('have all proven a fresh key within seconds, and then it signs', async () => {
    await release.upgrade(...SHORT);
    await kubernetes.apply(...verifiers('verifier', TOKENS, IMAGE, 50));
    await kubernetes.rolledOut('verifier');
    await settled(TOKENS);
    for (let round = 1; round <= 3; round += 1) {
      // The standby is used up, so that the key of the next rotation is made, proven and activated within it.
      await rotate(kubernetes, TOKENS);
      const { kid } = await rotate(kubernetes, TOKENS);
      const key = (await documentOf(TOKENS)).keys.find((candidate) => candidate.kid === kid);
      const took = (key?.activatedAt ?? Number.NaN) - (key?.createdAt ?? Number.NaN);
      const { total = 0 } = (await readRing(kubernetes, TOKENS)).status?.consumers ?? {};
      expect(total).toBeGreaterThanOrEqual(54);
      figures.add('Fifty verifiers', 'key made to key signs', seconds(took), `${total} processes; aim: 10 s`);
    }
    await kubernetes.kubectl(['delete', 'deployment', 'verifier', '--wait']);
  });
});

/** Where the image can be built and given to the cluster. */
const images = environment.ownNode ? ['--load'] : ['--registry', registry, '--push'];
const isBuilt = environment.ownNode || environment.registry !== undefined;
const generated = isBuilt ? it : it.skip;
const why = isBuilt ? '' : ', skipped: no registry is named for its image';

part(`a service that one command has made${why}`, () => {
  const orders = (token: string): Promise<Response> => person.list('orders', token);
  let service: NewService;
  let person: Person;
  let token = '';

  beforeAll(async () => {
    await haveShortLives();
    await closeFront();
    service = new NewService('orders', images);
  });

  afterAll(async () => {
    await front?.close();
    service?.workspace.remove();
  });

  generated('answers its first user', async () => {
    const begun = performance.now();
    const add = (what: string): void => figures.add('A new service', what, seconds(performance.now() - begun));
    await service.generate();
    add('`npx nx g @keyturn/kit:service orders`');
    await service.buildImage();
    add('and its image is on the node');
    await release.upgradeTo(service.chart, ...SHORT);
    add('and `helm upgrade --wait` has ended');
    person = await Person.signUp(await openFront('orders'));
    await until('its node port answers', 30_000, async () => (await orders(token)).status !== 502);
    // An issuer that is on its way out still answers for a moment, and does not know what this service permits.
    const answer = await until('its users have the permissions of the new release', 30_000, async () => {
      token = await person.token();
      const given = await orders(token);
      return given.status !== 403 && given;
    });
    expect([answer.status, await answer.json()]).toEqual([200, { items: [], nextCursor: null }]);
    add('and the first guarded 200 was there');
  });

  generated('is among those that proved the next key, and no request is refused meanwhile', async () => {
    await settled(TOKENS);
    const pods = (await release.pods('orders')).map(({ metadata }) => metadata.name);
    token = await person.token();
    const stop = new AbortController();
    const asking = (async () => {
      const answers = new Map<number, number>();
      while (!stop.signal.aborted) {
        const { status } = await orders(token);
        answers.set(status, (answers.get(status) ?? 0) + 1);
      }
      return answers;
    })();
    const { status } = await ended(kubernetes, await request(kubernetes, TOKENS), 60_000);
    // Each issuer signs with the key from when it has read that it is active.
    const next = await until('tokens are signed with the next key', 30_000, async () => {
      const renewed = await person.token();
      return kidOf(renewed) === status?.kids?.[0] && renewed;
    }).finally(() => stop.abort());
    expect([...(await asking).keys()]).toEqual([200]);
    expect((await orders(next)).status).toBe(200);
    expect(pods).toHaveLength(2);
    const proven = status?.provenBy?.map((process) => process.split('/')[0]);
    expect(proven).toEqual(expect.arrayContaining(pods));
    token = next;
  });

  generated('refuses the tokens of a key that leaked, and takes those of the next', async () => {
    await settled(TOKENS);
    await kubernetes.keyturn(['revoke', TOKENS, '--yes', '--', kidOf(token)]);
    const answers = await Promise.all(Array.from({ length: 20 }, () => orders(token)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([401]));
    expect((await orders(await person.token())).status).toBe(200);
  });

  generated('is gone after one command and an upgrade', async () => {
    await service.takeOut();
    expect(service.workspace.changes()).toEqual([]);
    await release.upgradeTo(service.chart, ...SHORT);
    const own = ['-l', 'app.kubernetes.io/name=orders', '-o', 'name'];
    await until('nothing of it is left', 60_000, async () => {
      const left = await kubernetes.kubectl(['get', 'deployments,pods,services,networkpolicies,roles', ...own]);
      return left.trim() === '';
    });
    await settled(TOKENS);
  });
});

part('the end of a release', () => {
  it('keeps the definitions, rings and data, says so, and a new release goes on with them', async () => {
    const active = async () => (await readRing(kubernetes, TOKENS)).status?.activeKid;
    const before = await active();
    expect(await release.uninstall()).toMatch(/kept due to the resource policy:[\s\S]*\[KeyRing\] access-tokens/);
    expect(await kubernetes.kubectl(['get', 'pvc,crd', '-o', 'name'])).toMatch(
      /data-keyturn-postgres-0[\s\S]*keyrings/,
    );
    // Without --force the KeyRings that were kept would go on with the settings that they have. An issuer stays what it was.
    const issuer = ['--set', `rings.${TOKENS}.issuer=http://localhost:${port}`];
    await release.install('--force', ...SHORT, ...VALUES(SHARED), ...issuer);
    expect(await active()).toBe(before);
  });

  it('may begin one whose tokens are signed with a shared secret, which rotates as unnoticed as a key', async () => {
    await closeFront();
    await startUsers();
    rotations = new Rotations(kubernetes, [SHARED, SESSIONS], 500);
    await rotations.more(1);
    /** Of the secrets that were made here, those that signed tokens which tasks took. */
    const used = async (): Promise<number> => {
      await users.verdict();
      const made = new Set(rotations.done.filter(({ ring }) => ring === SHARED).map(({ kid }) => kid));
      const taken = [...users.ledger.entries()].filter(
        ({ service, outcome }) => service === 'tasks' && outcome === 'ok',
      );
      return new Set(taken.flatMap(({ kid }) => (made.has(kid) ? [kid] : []))).size;
    };
    await unnoticed('an HS256 ring and the session secret, until users had tokens of three secrets', () =>
      until('tasks has taken tokens of three secrets', 120_000, async () => (await used()) >= 3, 500),
    );
    await closeFront();
    const { algorithm, keys } = await documentOf(SHARED);
    expect([algorithm, keys.filter(({ jwk }) => jwk !== undefined)]).toEqual(['HS256', []]);
  });

  it('removes all of it with the commands that the notes give', async () => {
    const notes = await release.notes();
    await release.uninstall();
    const commands = notes
      .slice(notes.indexOf('To be rid of them too:'))
      .split('\n')
      .slice(1)
      .filter((line) => line.startsWith('  '));
    for (const command of commands) await run('sh', ['-c', command]);
    // The rings are gone with their definitions.
    const left = await kubernetes.kubectl(['get', 'secrets,pvc,deployments,statefulsets,roles', '-o', 'name']);
    const definitions = await kubernetes.kubectl(['get', 'customresourcedefinitions', '-o', 'name']);
    expect(left.trim()).toBe('');
    expect(definitions).not.toContain('keyturn.dev');
  });
});
