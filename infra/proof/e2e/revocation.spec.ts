import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createFileTruthStore } from '@keyturn/operator';
import {
  askByCanary,
  askByRoute,
  Browser,
  Campaign,
  connections,
  CROWD,
  httpMailbox,
  inWords,
  readRun,
  REVOCATION_POINTS,
  type Refusal,
  SHORT,
  TOKEN_RING,
  Visitor,
  watchProcess,
} from '@keyturn/proof';

const run = promisify(execFile);
const keyturn = join(
  dirname(createRequire(import.meta.url).resolve('@keyturn/operator/package.json')),
  'bin/keyturn.mjs',
);

describe('a signing key that leaked, revoked from the command line under load', () => {
  const dispatcher = connections(8);
  let campaign: Campaign;
  let kid: string;
  let commandAt: number;
  let runId: string;
  let refusals: readonly Refusal[];
  const stopping = new AbortController();

  beforeAll(async () => {
    const processes = { auth: 2, tasks: 4 };
    campaign = await Campaign.start({ algorithm: 'ES256', times: SHORT, crowd: CROWD, rotations: [], processes });
    await sleep(6_000);
  });

  afterAll(async () => {
    stopping.abort();
    await campaign?.finish();
    await dispatcher.destroy();
  });

  /** What each process has said so far. */
  const said = new Set<string>();
  const allHave = async (what: 'accepted' | 'refused', count: number): Promise<void> => {
    const have = () => [...said].filter((one) => one.endsWith(` ${what === 'accepted'}`));
    for (const end = performance.now() + 60_000; have().length < count; await sleep(20)) {
      if (performance.now() > end) throw new Error(`waited 60 s until all ${count} have ${what}: ${have().join(', ')}`);
    }
  };

  /** Somebody's token, which the key has signed, and everybody who is asked about it. */
  const probes = async (stopped: AbortSignal): Promise<Promise<Refusal>[]> => {
    const { platform, ledger } = campaign;
    const mailbox = httpMailbox(platform.mailUrl);
    const shared = { origin: platform.url, ledger, dispatcher };
    const visitor = new Visitor({ ...shared, mailbox, lives: SHORT, sleep: (ms) => sleep(ms) });
    await visitor.signUp();
    const token = await visitor.getToken();
    if (!token) throw new Error('There is no token to revoke the key of.');
    kid = token.kid;
    const stolen = await createFileTruthStore(platform.places.state).read(TOKEN_RING);
    if (!stolen) throw new Error('There is no ring to steal.');
    const asked = platform.processes().filter(({ name }) => name !== 'operator');
    return asked.map(({ name, url, managementUrl }) => {
      const ask = name.startsWith('tasks')
        ? askByRoute(new Browser({ ...shared, replica: name }), url, token)
        : askByCanary(managementUrl, stolen, kid);
      return watchProcess(name, ask, stopped, (accepted) => said.add(`${name} ${accepted}`));
    });
  };

  const revoke = (leaked: string): string[] => {
    const { state } = campaign.platform.places;
    return [keyturn, '--state', state, '--json', 'revoke', TOKEN_RING, '--yes', '--', leaked];
  };
  const idOf = (stdout: string): string => (JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as { id: string }).id;

  /** The key that signs, once another one could take its place. */
  const signingBeforeStandby = async (): Promise<string> => {
    const truths = createFileTruthStore(campaign.platform.places.state);
    for (const end = performance.now() + 60_000; performance.now() < end; await sleep(100)) {
      const keys = (await truths.read(TOKEN_RING))?.keys ?? [];
      const signs = keys.find(({ state }) => state === 'active');
      if (signs && keys.some(({ state, provenAt }) => state === 'pending' && provenAt !== undefined)) return signs.kid;
    }
    throw new Error('waited 60 s for a proven standby');
  };

  it('is refused by every process, each for good from its first refusal on', async () => {
    const watched = await probes(stopping.signal);
    await allHave('accepted', watched.length);
    commandAt = Date.now();
    campaign.revocations.push({ kid, at: commandAt });
    const { stdout } = await run(process.execPath, revoke(kid));
    runId = idOf(stdout);
    await allHave('refused', watched.length);
    // Long enough for a process to waver.
    await sleep(2_000);
    stopping.abort();
    refusals = await Promise.all(watched);
    expect(refusals).toHaveLength(6);
    expect(refusals.filter(({ lastAcceptedAt }) => lastAcceptedAt === 0)).toEqual([]);
    expect(refusals.filter(({ firstRefusedAt, wavered }) => firstRefusedAt === undefined || wavered)).toEqual([]);
  });

  it('is reported with the times of the first and the last process that refused it', async () => {
    const record = await readRun(campaign.platform.places.state, runId);
    expect(record?.phase).toBe('Complete');
    const { declaredAt, firstRefusedAt, lastRefusedAt, finishedAt } = record?.emergency ?? {};
    const times = [declaredAt, firstRefusedAt, lastRefusedAt, finishedAt].map((time) => Date.parse(time ?? ''));
    campaign.revocations.push({ kid, at: commandAt, refusedAt: Date.parse(lastRefusedAt ?? '') });
    expect(times).toEqual([...times].sort((a, b) => a - b));
    const since = (at = Number.NaN): string => `${at - commandAt} ms`;
    const lines = refusals.map(
      ({ process: name, firstRefusedAt: at, probes: asked }) => `  ${name} ${since(at)} (${asked} probes)`,
    );
    const last = Math.max(...refusals.map(({ firstRefusedAt: at = Number.NaN }) => at));
    process.stderr.write(
      `Revoked. From the command to the last process that refused: ${since(last)}; from its declaration: ${last - (times[0] ?? 0)} ms.\n${lines.join('\n')}\n`,
    );
  });

  it.each(REVOCATION_POINTS)('is refused by everybody too when the operator dies at %s', async (point) => {
    const { injector, platform, revocations } = campaign;
    const { state } = platform.places;
    const leaked = await signingBeforeStandby();
    const at = Date.now();
    revocations.push({ kid: leaked, at });
    const died = injector.killOperatorAt(point, TOKEN_RING);
    const [{ stdout }] = await Promise.all([run(process.execPath, revoke(leaked)), died]);
    const record = await readRun(state, idOf(stdout));
    expect(record).toMatchObject({ phase: 'Complete', kids: [leaked] });
    const refusedAt = Date.parse(record?.emergency?.lastRefusedAt ?? '');
    expect(refusedAt).toBeGreaterThan(at);
    revocations.push({ kid: leaked, at, refusedAt });
  });

  it('is followed by the standby, with which users go on without a logout', async () => {
    const from = Date.now();
    await campaign.until(({ crowd }) => crowd.requests > 0, 1_000);
    await sleep(5_000);
    await campaign.crowd.collect();
    const later = [...campaign.ledger.entries()].filter(({ at, kid: used }) => at >= from && used !== '');
    const again = new Set(later.filter(({ outcome }) => outcome === 'ok').map(({ kid: used }) => used));
    expect(again.size).toBe(1);
    expect(again.has(kid)).toBe(false);
    const result = await campaign.finish();
    expect(result.verdict.revoked).toBeGreaterThan(0);
    const { logouts, unexplained, accepted } = result.verdict;
    expect([...logouts, ...unexplained, ...accepted].map(inWords)).toEqual([]);
  });
});
