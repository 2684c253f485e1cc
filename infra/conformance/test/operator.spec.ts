import { afterEach, describe, expect, it } from '@jest/globals';
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { freePort } from '@keyturn/postgres';
import { createFileTruthReader, type RingDocument } from '@keyturn/keyring';
import { findCandidates, ISSUER, makeToken, Running } from '../src/index.js';

const run = promisify(execFile);
const KEYTURN = fileURLToPath(new URL('../../../operator/bin/keyturn.mjs', import.meta.url));
const RING = 'access-tokens';
const ROUTE = '/api/anna/reports/access';

const POLICY = {
  issuer: ISSUER,
  type: 'SigningKey',
  algorithm: 'ES256',
  maxCredentialLifetime: '60s',
  safety: { issuerLease: '1s' },
  stalledAfter: '10s',
};

/** The shipped operator over a state directory, as `npm start` runs it. */
class Operator {
  private constructor(
    readonly state: string,
    readonly url: string,
    private readonly child: ChildProcess,
  ) {}

  static async start(state: string): Promise<Operator> {
    const port = await freePort();
    for (const folder of ['rings', 'consumers', 'requests']) await mkdir(join(state, folder), { recursive: true });
    await writeFile(join(state, 'rings', `${RING}.json`), JSON.stringify(POLICY));
    const args = [KEYTURN, '--state', state, 'operator', '--management-port', String(port)];
    return new Operator(state, `http://127.0.0.1:${port}`, spawn(process.execPath, args, { stdio: 'ignore' }));
  }

  /** As the launcher tells it that a process is a consumer. */
  async list(name: string, running: Running): Promise<void> {
    const consumer = { name, pid: running.pid, podUid: name, managementUrl: running.managementUrl };
    await writeFile(
      join(this.state, 'consumers', `${name}.json`),
      JSON.stringify({ ...consumer, rings: { [RING]: 'verifier' } }),
    );
  }

  async truth(): Promise<RingDocument> {
    const document = await createFileTruthReader(join(this.state, 'truth')).read(RING);
    if (!document) throw new Error('the ring does not exist yet');
    return document;
  }

  /** Returns what the command said once it is done; rejects when it failed. */
  command(...args: readonly string[]): Promise<string> {
    return run(process.execPath, [KEYTURN, '--state', this.state, ...args], { timeout: 45_000 }).then(
      ({ stdout }) => stdout,
    );
  }

  async stop(): Promise<void> {
    const exit = once(this.child, 'exit');
    this.child.kill('SIGTERM');
    await exit;
  }
}

const endings: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0).toReversed()) await end();
});

for (const candidate of await findCandidates()) {
  const { missing } = candidate;
  const suite = missing === undefined ? describe : describe.skip;
  suite(`the operator and ${candidate.name}${missing === undefined ? '' : `, skipped: ${missing}`}`, () => {
    const begin = async (variables: Readonly<Record<string, string>> = {}) => {
      const folder = await mkdtemp(join(tmpdir(), 'conformance-operator-'));
      endings.push(() => rm(folder, { recursive: true, force: true }));
      const operator = await Operator.start(join(folder, 'platform'));
      endings.push(() => operator.stop());
      const running = await Running.start(candidate, {
        KEYTURN_RING_URLS: operator.url,
        KEYTURN_STATE_DIR: join(folder, 'state'),
        KEYTURN_POD_UID: 'verifier-1',
        ...variables,
      });
      endings.push(() => running.kill());
      await running.untilReady();
      await operator.list('verifier-1', running);
      return { operator, running };
    };

    it('rotate and revoke with proof: the process acknowledges, accepts the canary, and lets go of the leaked key', async () => {
      const { operator, running } = await begin();
      const before = makeToken(await operator.truth());
      const leaked = (await running.receipt(RING)).kids;
      await operator.command('rotate', RING);
      const rotated = await operator.truth();
      const active = rotated.keys.find(({ state }) => state === 'active');
      expect(leaked).toContain(active?.kid);
      expect(active?.provenAt).toBeGreaterThan(0);
      const receipt = await running.receipt(RING, rotated.generation);
      expect(Math.min(receipt.loaded, receipt.durable)).toBeGreaterThanOrEqual(rotated.generation);
      expect((await running.call(ROUTE, await before)).status).toBe(200);
      const token = await makeToken(rotated);
      expect((await running.call(ROUTE, token)).status).toBe(200);
      await operator.command('revoke', RING, active?.kid ?? '', '--yes');
      expect(await running.call(ROUTE, token)).toMatchObject({ status: 401, body: { code: 'ERR_TOKEN_UNKNOWN_KEY' } });
      expect((await operator.truth()).keys.find(({ kid }) => kid === active?.kid)?.state).toBe('revoked');
    });

    it('agree on who holds a rotation: a process that would refuse the new tokens is named, and nothing is activated', async () => {
      const { operator, running } = await begin({ KEYTURN_BASE_URL: 'https://other.example' });
      const before = await operator.truth();
      await operator.command('rotate', RING, '--no-wait');
      const held = async (): Promise<boolean> => {
        const status = await operator.command('--json', 'status', RING);
        return /"reason":\s*"CanaryNotAccepted"/.test(status) && status.includes('verifier-1');
      };
      await running.until('the process is named', held);
      const after = await operator.truth();
      const activeOf = ({ keys }: RingDocument) => keys.find(({ state }) => state === 'active')?.kid;
      expect(activeOf(after)).toBe(activeOf(before));
      expect((await running.receipt(RING, after.generation)).loaded).toBe(after.generation);
    });
  });
}
