import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { logger } from '@nx/devkit';

/** Breaks lines as the workspace does, where it has Biome and its settings: how long they are depends on the names. */
export const formatFolder = (root: string, folder: string): void => {
  const biome = join(root, 'node_modules/@biomejs/biome/bin/biome');
  if (!['biome.json', 'biome.jsonc'].some((name) => existsSync(join(root, name))) || !existsSync(biome)) return;
  const { status, stderr } = spawnSync(process.execPath, [biome, 'format', '--write', folder], {
    cwd: root,
    encoding: 'utf8',
  });
  if (status !== 0) logger.warn(`${folder} was written, but could not be formatted:\n${stderr}`);
};
