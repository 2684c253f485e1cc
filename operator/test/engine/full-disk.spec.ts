import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { Stage } from '../support/stage.js';

const KEYTURN = fileURLToPath(new URL('../../bin/keyturn.mjs', import.meta.url));

jest.setTimeout(30_000);

let stage: Stage;

beforeEach(async () => {
  stage = await Stage.open('tokens', { type: 'SigningKey', algorithm: 'ES256' });
  await stage.settle();
});
afterEach(() => stage.close());

/** A real operator that can write no file above 1 KiB: each longer one ends in the middle, as on a full disk. */
async function operateWithoutRoom(state: string): Promise<string> {
  const command = 'ulimit -f 1; exec "$0" "$1" --state "$2" operator --management-port 0';
  const child = spawn('bash', ['-c', command, process.execPath, KEYTURN, state], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let log = '';
  await new Promise<void>((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`the operator ended with ${code}`)));
    child.stdout.on('data', (chunk) => {
      log += String(chunk);
      if (log.includes('StorageFailed')) resolve();
    });
  });
  child.removeAllListeners('exit');
  child.kill('SIGTERM');
  await once(child, 'exit');
  return log;
}

describe('an operator without room on the disk', () => {
  it('damages nothing, leaves nothing half written, tells it in the log, and the next one does the work', async () => {
    const before = await stage.truth();
    const kid = await stage.activeKid();
    await stage.request('v1', { kind: 'revoke', keys: [kid] });
    const log = await operateWithoutRoom(stage.state);
    expect(log).toContain('EFBIG');
    expect(log).not.toContain(before.keys[0]?.jwk?.d);
    expect(await stage.truth()).toEqual(before);
    const files = await readdir(stage.state, { recursive: true });
    expect(files.filter((name) => name.includes('.tmp'))).toEqual([]);
    stage.restart();
    await stage.settle();
    expect((await stage.run('v1')).phase).toBe('Complete');
    expect((await stage.truth()).keys.find((key) => key.kid === kid)).toMatchObject({ state: 'revoked' });
  });
});
