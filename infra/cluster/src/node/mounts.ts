import { readFileSync } from 'node:fs';
import { runCommand } from '../processes/command.js';

/** Mount points below a folder, the deepest first, from the text of /proc/self/mountinfo (proc(5)). */
export const mountsBelow = (folder: string, mountinfo: string): string[] =>
  mountinfo
    .split('\n')
    .map((line) => line.split(' ')[4] ?? '')
    .map((path) =>
      path.replaceAll(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8))),
    )
    .filter((path) => path.startsWith(`${folder}/`))
    .toReversed();

const current = (folder: string): string[] => mountsBelow(folder, readFileSync('/proc/self/mountinfo', 'utf8'));

export const isMountPoint = (path: string): boolean => current(path.slice(0, path.lastIndexOf('/'))).includes(path);

/** Detaches every mount below a folder. Throws an Error when some are left. */
export const detachMounts = async (folder: string): Promise<void> => {
  for (const path of current(folder)) await runCommand('umount', ['--lazy', path]).catch(() => undefined);
  const left = current(folder);
  if (left.length > 0) throw new Error(`mounts are left: ${left.join(', ')}`);
};
