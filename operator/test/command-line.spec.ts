import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { cp, mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createFileTruthReader } from '@keyturn/keyring';
import { SignJWT, importJWK } from 'jose';
import { Consumer, eventually, keyturn, type OperatorProcess, startOperator } from './support/processes.js';

const POLICY = {
  type: 'SigningKey',
  algorithm: 'ES256',
  issuer: 'http://localhost:8080',
  maxCredentialLifetime: '1h',
  clockSkew: '0s',
  clockError: '10ms',
  safety: { issuerLease: '1s', maxLiveKeys: 30 },
};

jest.setTimeout(60_000);

let state: string;
let operator: OperatorProcess;
const consumers: Consumer[] = [];

beforeAll(async () => {
  state = await mkdtemp(join(tmpdir(), 'keyturn-cli-'));
  await mkdir(join(state, 'rings'), { recursive: true });
  await writeFile(join(state, 'rings', 'tokens.json'), JSON.stringify(POLICY));
  operator = await startOperator(state);
  consumers.push(await Consumer.start(state, 'auth-1', 'issuer', [operator.url]));
  consumers.push(await Consumer.start(state, 'tasks-1', 'verifier', [operator.url]));
  await eventually('everybody is current and the standby proven', async () => {
    const [ring] = JSON.parse((await keyturn(state, ['--json', 'status'])).stdout);
    return ring.consumers.current === 2 && ring.keys.some((key: { provenAt?: string }) => key.provenAt);
  });
});
afterAll(async () => {
  await Promise.all(consumers.map((consumer) => consumer.stop()));
  await operator.stop();
  await rm(state, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
});

const ring = async () => JSON.parse((await keyturn(state, ['--json', 'status', 'tokens'])).stdout)[0];
const live = async () =>
  (await ring()).keys.filter(({ state: s }: { state: string }) => ['pending', 'active', 'draining'].includes(s));
const activeKid = async (): Promise<string> => (await ring()).activeKid;

/** Writes another policy and waits until the ring has it. */
async function adopt(policy: typeof POLICY): Promise<void> {
  await writeFile(join(state, 'rings', 'tokens.json'), JSON.stringify(policy));
  await eventually('the policy is adopted', async () => {
    const truth = await createFileTruthReader(join(state, 'truth')).read('tokens');
    return truth?.settings.maxLiveKeys === policy.safety.maxLiveKeys;
  });
}

/** The newest run is held by this process. */
const held = (name: string) =>
  eventually(`the run is held by ${name}`, async () => {
    const [run] = JSON.parse((await keyturn(state, ['--json', 'history', 'tokens'])).stdout);
    return (run.waitingFor ?? []).some((laggard: { name: string }) => laggard.name === name);
  });

describe('keyturn', () => {
  it('shows the keys by state and which process has acknowledged what', async () => {
    const { code, stdout } = await keyturn(state, ['status']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^tokens {2}ready\n {2}ES256, generation \d+, 2\/2 processes current, next rotation –\n/);
    expect(stdout).toMatch(/active +signs since/);
    expect(stdout).toMatch(/pending +standby, proven/);
    expect(stdout).toMatch(/✓ auth-1 +issuer +generation/);
    expect(stdout).toMatch(/✓ tasks-1 +verifier +generation/);
  });

  it('rotates: the standby signs, the old key drains, and every event is told once', async () => {
    const before = await activeKid();
    const { code, stdout } = await keyturn(state, ['rotate', 'tokens']);
    expect(code).toBe(0);
    for (const event of ['Requested', 'Running', 'Activated', 'Complete']) {
      expect(stdout.split('\n').filter((line) => line.includes(event))).toHaveLength(1);
    }
    expect(await activeKid()).not.toBe(before);
    const old = (await live()).find(({ kid }: { kid: string }) => kid === before);
    expect(old).toMatchObject({ state: 'draining' });
  });

  it('refuses a rotation that would leave too many live keys, and says when it is safe', async () => {
    expect((await keyturn(state, ['rotate', 'tokens'])).code).toBe(0);
    await adopt({ ...POLICY, safety: { ...POLICY.safety, maxLiveKeys: 3 } });
    const { code, stderr } = await keyturn(state, ['rotate', 'tokens']);
    expect(code).toBe(1);
    expect(stderr).toMatch(/refused \(TooManyLiveKeys\).*maxLiveKeys.*safe from \d{4}-\d\d-\d\dT.*in \d+[hm]/s);
    await adopt(POLICY);
  });

  it('refuses to retire a key that still counts, and to recover what is in order, each with its reason', async () => {
    const signs = await keyturn(state, ['retire', 'tokens', await activeKid()]);
    expect([signs.code, signs.stderr]).toEqual([1, expect.stringMatching(/refused \(KeySigns\).*rotate first/s)]);
    const drained = await activeKid();
    await keyturn(state, ['rotate', 'tokens']);
    const drains = await keyturn(state, ['retire', 'tokens', drained]);
    expect([drains.code, drains.stderr]).toEqual([1, expect.stringMatching(/DrainNotOver.*safe from \d{4}-/s)]);
    const recover = await keyturn(state, ['recover', 'tokens', '--yes']);
    expect([recover.code, recover.stderr]).toEqual([1, expect.stringContaining('NothingToRecover')]);
    expect(recover.stdout).toContain('nothing to recover');
  });

  it('revokes: the leaked key is gone everywhere and the standby signs', async () => {
    const leaked = await activeKid();
    const { code, stdout } = await keyturn(state, ['revoke', 'tokens', leaked.slice(0, 8), '--yes']);
    expect(code).toBe(0);
    expect(stdout).toContain('tokens that it signed are refused at once');
    expect(stdout).toMatch(/last process refused it +\d\.\d{3} s after it was declared/);
    expect((await ring()).keys.find(({ kid }: { kid: string }) => kid === leaked)).toMatchObject({ state: 'revoked' });
    for (const { node } of consumers) expect((await node.receipt()).kids).not.toContain(leaked);
  });

  it('asks before it revokes, and off a terminal wants --yes', async () => {
    const kid = await activeKid();
    const { code, stderr } = await keyturn(state, ['revoke', 'tokens', kid]);
    expect(code).toBe(2);
    expect(stderr).toContain('--yes');
    expect(await activeKid()).toBe(kid);
  });

  it('holds a rotation while a process gives no receipt, names it, and goes on when it is gone', async () => {
    const silent = await Consumer.start(state, 'tasks-2', 'verifier', [operator.url]);
    await silent.cutReceipts();
    expect((await keyturn(state, ['rotate', 'tokens', '--no-wait'])).code).toBe(0);
    await held('tasks-2');
    const waiting = await keyturn(state, ['status', 'tokens']);
    expect(waiting.stdout).toMatch(/in progress: (CanaryNotAccepted|ReceiptsBehind)/);
    expect(waiting.stdout).toMatch(/… tasks-2 +verifier .*NotAnswering/);
    await silent.stop();
    await eventually('the run completes', async () => {
      const [run] = JSON.parse((await keyturn(state, ['--json', 'history', 'tokens'])).stdout);
      return run.phase === 'Complete';
    });
  });

  it('aborts a rotation that is held, and the key that signed goes on signing', async () => {
    const before = await activeKid();
    const silent = await Consumer.start(state, 'tasks-3', 'verifier', [operator.url]);
    await silent.cutReceipts();
    expect((await keyturn(state, ['rotate', 'tokens', '--no-wait'])).code).toBe(0);
    await held('tasks-3');
    expect((await keyturn(state, ['abort', 'tokens'])).code).toBe(0);
    await silent.stop();
    const [, run] = JSON.parse((await keyturn(state, ['--json', 'history', 'tokens'])).stdout);
    expect(run.phase).toBe('Aborted');
    expect(await activeKid()).toBe(before);
    expect((await keyturn(state, ['abort', 'tokens'])).stderr).toContain('NothingToAbort');
  });

  it('looks at what a rotation needs, and says what to do about what is not in order', async () => {
    const good = await eventually('all is in order', async () => {
      const examined = await keyturn(state, ['doctor']);
      return examined.code === 0 ? examined : undefined;
    });
    const lines = ['✓ tokens: in order', '✓ auth-1: answers for tokens', '✓ tasks-1: answers for tokens'];
    expect(good).toEqual({ code: 0, stderr: '', stdout: `${lines.join('\n')}\n` });
    const silent = await Consumer.start(state, 'tasks-4', 'verifier', [operator.url]);
    await silent.cutReceipts();
    const bad = await keyturn(state, ['doctor']);
    expect(bad.code).toBe(1);
    expect(bad.stdout).toMatch(/^✗ tasks-4: its management port does not answer \(http:\S+\)\. See its log\.$/m);
    await silent.stop();
  });

  it('verifies a token from standard input and says by which key', async () => {
    const truth = await createFileTruthReader(join(state, 'truth')).read('tokens');
    const key = truth?.keys.find((candidate) => candidate.state === 'active');
    const token = await new SignJWT({ role: 'user' })
      .setProtectedHeader({ alg: 'ES256', kid: key?.kid ?? '' })
      .setSubject('u1')
      .setIssuer('http://localhost:8080')
      .setExpirationTime('1m')
      .sign(await importJWK(key?.jwk as never, 'ES256'));
    const good = await keyturn(state, ['verify'], token);
    expect(good).toMatchObject({ code: 0 });
    expect(good.stdout).toMatch(/^valid\nkey +\S+ \(active in tokens\)/);
    const bad = await keyturn(state, ['verify'], `${token.slice(0, -6)}AAAAAA`);
    expect(bad.code).toBe(1);
    expect(bad.stdout).toContain('not valid');
    expect(bad.stdout + bad.stderr).not.toContain(token.slice(0, -6));
  });
});

describe('keyturn recover', () => {
  it('shows both generations and the keys that are lost, asks before anything is written, and tells it in the run', async () => {
    const folder = (name: string): string => join(state, 'truth', name);
    const settled = () =>
      eventually('the ring is in order', async () => {
        const { keys, conditions } = await ring();
        const proven = keys.some(
          (key: { state: string; provenAt?: string }) => key.state === 'pending' && key.provenAt,
        );
        return (
          proven &&
          conditions.every(({ type, status }: Record<string, string>) => type !== 'Stalled' || status === 'False')
        );
      });
    await settled();
    const older = await ring();
    await cp(folder('tokens'), join(state, 'backup'), { recursive: true });
    for (let rotation = 0; rotation < 2; rotation++) {
      expect((await keyturn(state, ['rotate', 'tokens'])).code).toBe(0);
      await settled();
    }
    const { activeKid: lost, generation } = await ring();
    await rename(folder('tokens'), join(state, 'newer'));
    await rename(join(state, 'backup'), folder('tokens'));
    await eventually('it is noticed', async () =>
      (await keyturn(state, ['status'])).stdout.includes('GenerationWentBack'),
    );
    const asked = await keyturn(state, ['recover', 'tokens']);
    expect(asked).toMatchObject({ code: 2, stderr: expect.stringContaining('--yes') });
    const shown = `at generation ${older.generation}, its projection at ${generation}`;
    for (const text of [shown, `${lost} (active)`, 'nobody signs until']) expect(asked.stdout).toContain(text);
    expect((await ring()).generation).toBe(older.generation);
    const { code, stdout } = await keyturn(state, ['recover', 'tokens', '--yes']);
    expect(code).toBe(0);
    expect(stdout).toMatch(new RegExp(`Recovering +goes on at generation ${generation + 1}: .*${lost} \\(active\\)`));
    await settled();
    expect((await ring()).keys.find(({ kid }: { kid: string }) => kid === lost)).toMatchObject({ state: 'retired' });
  });
});

describe('bad input', () => {
  it.each([
    [['rotate', 'nope'], 2, 'No ring is called "nope". Rings: tokens.'],
    [['revoke', 'tokens'], 2, 'Name the keys, or give --all.'],
    [['revoke', 'tokens', 'zzzz', '--yes'], 2, 'the ring has no such key'],
    [['rotate', 'tokens', '--timeout', 'soon'], 2, 'must be a duration'],
    [['frobnicate'], 2, 'unknown command'],
  ])('%j ends with %i and says why', async (args, code, message) => {
    const result = await keyturn(state, args);
    expect(result).toMatchObject({ code });
    expect(result.stderr).toContain(message);
    expect(result.stderr).not.toMatch(/\n\s+at /);
  });

  it('sets a request file aside that is none, and goes on', async () => {
    await writeFile(join(state, 'requests', 'broken.json'), '{"kind":"rotate"');
    await writeFile(join(state, 'requests', 'wrong.json'), '{"kind":"explode","id":"wrong","ring":"tokens"}');
    await eventually('both are set aside', async () => {
      const names = await readdir(join(state, 'requests'));
      return names.includes('broken.rejected') && names.includes('wrong.rejected');
    });
    expect((await keyturn(state, ['status'])).code).toBe(0);
  });

  it('passes over records that are damaged, one line each, and goes on with every ring that is not', async () => {
    const damaged = {
      'status/other.json': ['{"ring":', 'status/other.json is not JSON'],
      'status/empty.json': ['{}', 'status/empty.json: ring: '],
      'runs/y.json': ['{"id":"y","ring":"tokens"}', 'runs/y.json: kind: '],
    } as const;
    expect((await keyturn(state, ['rotate', 'tokens'])).code).toBe(0);
    for (const [file, [text]] of Object.entries(damaged)) await writeFile(join(state, file), text);
    const told = (stderr: string, folder: string) => stderr.split('\n').filter((line) => line.includes(`${folder}/`));
    try {
      const status = await keyturn(state, ['status']);
      expect(status).toMatchObject({ code: 0, stdout: expect.stringMatching(/^tokens {2}/) });
      expect(told(status.stderr, 'status')).toHaveLength(2);
      const history = await keyturn(state, ['history']);
      expect(history).toMatchObject({ code: 0, stdout: expect.stringContaining('rotate') });
      expect(told(history.stderr, 'runs')).toHaveLength(1);
      // The operator cannot know what is listed there, so it says so, and proves nothing until that is in order.
      const listing = join(state, 'consumers', 'z.json');
      await writeFile(listing, '{"name":"z"}');
      const doctor = await keyturn(state, ['doctor']);
      await rm(listing);
      expect(doctor.code).toBe(1);
      expect(doctor.stdout).toMatch(/^✗ consumers\/z\.json: \w+: .*Restart that process/m);
      for (const [, problem] of Object.values(damaged)) expect(doctor.stdout).toContain(`✗ ${problem}`);
      expect(doctor.stdout).toContain('✓ auth-1: answers for tokens');
      const leaked = await activeKid();
      expect(await keyturn(state, ['revoke', 'tokens', leaked, '--yes'])).toMatchObject({ code: 0, stderr: '' });
      expect(await keyturn(state, ['rotate', 'other'])).toMatchObject({
        code: 3,
        stderr: 'keyturn: status/other.json is not JSON.\n',
      });
    } finally {
      for (const file of Object.keys(damaged)) await rm(join(state, file), { force: true });
    }
  });

  it('names every wrong field of a policy, keeps the ring going, and recovers', async () => {
    const path = join(state, 'rings', 'tokens.json');
    await writeFile(path, JSON.stringify({ ...POLICY, clockSkew: 'some', safety: { maxLiveKeys: 1, typo: 1 } }));
    const stalled = await eventually('the policy is reported', async () => {
      const found = (await ring()).conditions.find(({ type }: { type: string }) => type === 'Stalled');
      return found.message.includes('clockSkew') ? found : undefined;
    });
    for (const field of ['clockSkew', 'safety.maxLiveKeys', 'typo']) expect(stalled.message).toContain(field);
    expect((await keyturn(state, ['rotate', 'tokens'])).code).toBe(0);
    await writeFile(path, JSON.stringify(POLICY));
    await eventually('the ring is in order', async () => (await keyturn(state, ['status'])).code === 0);
  });

  it('says that no operator is at work instead of leaving a request behind', async () => {
    const empty = await mkdtemp(join(tmpdir(), 'keyturn-none-'));
    const result = await keyturn(empty, ['rotate', 'tokens']);
    expect(result.code).not.toBe(0);
    expect(await readdir(empty)).toEqual([]);
    await rm(empty, { recursive: true });
  });
});
