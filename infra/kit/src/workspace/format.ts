import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** Breaks lines as the workspace does, where it has Biome: how long they are depends on the names. */
export const formatFolder = (root: string, folder: string): void => {
  const biome = join(root, 'node_modules/@biomejs/biome/bin/biome');
  if (existsSync(biome))
    execFileSync(process.execPath, [biome, 'format', '--write', folder], { cwd: root, stdio: 'pipe' });
};
