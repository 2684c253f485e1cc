import { spawnSync } from 'node:child_process';
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import type { App } from './apps.js';

/**
 * Puts together what becomes /app of a front end: what Next traces from the root of the repository, the packages that its server
 * needs among it. Builds it first if anything has changed. Throws an Error with what the build said.
 */
export const stageWeb = ({ folder }: App, root: string, to: string): void => {
  const { status, stderr } = spawnSync(process.execPath, [join(root, folder, 'build.mjs')], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${folder}: ${stderr.trim()}`);
  cpSync(join(root, folder, '.next/standalone'), to, { recursive: true });
};
