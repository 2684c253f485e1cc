import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { KernelReading } from '../rules/moment.js';

/** Which boot of the kernel this is and how long it has run (time asleep included); undefined where it does not say. */
export const readKernel = (): KernelReading | undefined => {
  try {
    const bootId = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    const seconds = Number(readFileSync('/proc/uptime', 'utf8').split(' ')[0]);
    return bootId && Number.isFinite(seconds) ? { bootId, uptimeMs: Math.round(seconds * 1000) } : undefined;
  } catch {
    return undefined;
  }
};

/** Random per start of this process: which process a receipt is from (P3). */
export const processBootId: string = randomUUID();
