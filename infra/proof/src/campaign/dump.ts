import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Entry } from '../ledger/entry.js';
import type { CampaignResult } from './result.js';

/** Writes the failures that count against the rotation, one JSON object a line, with the faults before them. */
export async function dumpFailures(path: string, { faults, verdict }: CampaignResult): Promise<void> {
  const lines: readonly object[] = [...faults, ...verdict.logouts, ...verdict.unexplained];
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, lines.map((line) => `${JSON.stringify(line, readable)}\n`).join(''));
}

const readable = (name: string, value: unknown): unknown =>
  ['at', 'from', 'until'].includes(name) && typeof value === 'number' ? new Date(value).toISOString() : value;

/** A failure in a few words, for messages of tests. */
export const inWords = ({ at, operation, status, replica, outcome, detail, kid }: Entry): string =>
  `${new Date(at).toISOString()} ${operation} ${status} ${outcome} (${detail}) by ${replica || 'nobody'}${kid && ` with ${kid}`}`;
