import { closeSync, fstatSync, mkdirSync, openSync, readSync } from 'node:fs';
import { dirname } from 'node:path';

/** Opens a log for a child process, which writes to the file itself: nothing is lost when the launcher dies. */
export const openLog = (path: string, mode: 'fresh' | 'append'): number => {
  mkdirSync(dirname(path), { recursive: true, mode: 0o711 });
  return openSync(path, mode === 'fresh' ? 'w' : 'a', 0o600);
};

const TAIL_BYTES = 16_384;

/** The last lines of a log; empty when there is none. */
export const logTail = (path: string, lines = 15): string => {
  let fd: number;
  try {
    fd = openSync(path, 'r');
  } catch {
    return '';
  }
  try {
    const { size } = fstatSync(fd);
    const buffer = Buffer.alloc(Math.min(size, TAIL_BYTES));
    readSync(fd, buffer, 0, buffer.length, size - buffer.length);
    return buffer.toString('utf8').trimEnd().split('\n').slice(-lines).join('\n');
  } finally {
    closeSync(fd);
  }
};
