import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Runs `work` while no other process holds the lock `path`, after waiting for as long as one does; `onWait` is called once
 * if it has to. The kernel owns the lock: flock(1) holds it until our end of a pipe closes, which also happens when we die.
 */
export const withLock = async <T>(path: string, work: () => Promise<T>, onWait: () => void = () => {}): Promise<T> => {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const holder = spawn('flock', [path, 'sh', '-c', 'echo locked; exec cat >/dev/null'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const ended = once(holder, 'close');
  const impatience = setTimeout(onWait, 500);
  try {
    await Promise.race([
      once(holder.stdout, 'data'),
      ended.then(() => {
        throw new Error(`cannot lock ${path}`);
      }),
    ]);
    clearTimeout(impatience);
    return await work();
  } finally {
    clearTimeout(impatience);
    holder.stdin.end();
    await ended.catch(() => undefined);
  }
};
