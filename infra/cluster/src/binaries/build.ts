import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inherited } from '../environment.js';
import { runCommand } from '../processes/command.js';
import { type Binary, type BinaryName, CATALOGUE, linkerFlags } from './catalogue.js';

const GO = fileURLToPath(new URL('../../go/', import.meta.url));

const goMod = (module: Binary['module']): string => readFileSync(join(GO, module, 'go.mod'), 'utf8');

/** Names one content of a module: its pinned versions, its own sources and the flags. */
const fingerprint = (module: Binary['module']): string => {
  const folder = join(GO, module);
  const hash = createHash('sha256').update(linkerFlags(module, goMod(module)));
  for (const file of readdirSync(folder, { recursive: true, encoding: 'utf8' }).toSorted()) {
    if (/\.(go|mod|sum)$/.test(file)) hash.update(`\0${file}\0`).update(readFileSync(join(folder, file)));
  }
  return hash.digest('hex').slice(0, 12);
};

/** Where the built binaries of a module are kept: another content has another folder. */
export const binaryFolder = (cacheDir: string, module: Binary['module']): string =>
  join(cacheDir, 'bin', `${module}-${fingerprint(module)}`);

/**
 * Compiles one binary into its folder. It appears there whole or not at all. Downloads come through the Go module proxy.
 * Throws an Error with what Go said last.
 */
export const buildBinary = async (name: BinaryName, folder: string): Promise<void> => {
  const { module, package: path, tags = '' }: Binary = CATALOGUE[name];
  const draft = join(folder, `.${name}.new`);
  mkdirSync(folder, { recursive: true });
  const linked = ['-ldflags', linkerFlags(module, goMod(module))];
  const flags = ['-trimpath', '-buildvcs=false', '-mod=readonly', '-tags', tags, ...linked];
  const env = inherited({ CGO_ENABLED: '0' });
  await runCommand('go', ['build', ...flags, '-o', draft, path], { cwd: join(GO, module), env });
  renameSync(draft, join(folder, name));
};
