import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Environment } from '../environment.js';
import { withLock } from '../processes/lock.js';
import { binaryFolder, buildBinary } from './build.js';
import { type BinaryName, CATALOGUE } from './catalogue.js';

/** Absolute paths by name. */
export type Binaries<Name extends BinaryName = BinaryName> = Readonly<Record<Name, string>>;

/** Receives progress, a line at a time. */
export type Log = (line: string) => void;

/** Where a binary is, or will be once it is built: one of KUBEBUILDER_ASSETS is taken as it is. */
export const locateBinary = (name: BinaryName, { assets, cacheDir }: Environment): string => {
  const given = assets === undefined ? undefined : join(assets, name);
  if (given !== undefined && existsSync(given)) return given;
  return join(binaryFolder(cacheDir, CATALOGUE[name].module), name);
};

/**
 * Finds binaries, in KUBEBUILDER_ASSETS, then in the cache; builds the rest one after another, while no other process does.
 * Throws an Error that says why one cannot be built.
 */
export const provideBinaries = async <Name extends BinaryName>(
  names: readonly Name[],
  environment: Environment,
  log: Log = () => {},
): Promise<Binaries<Name>> => {
  const found = Object.fromEntries(names.map((name) => [name, locateBinary(name, environment)])) as Binaries<Name>;
  const missing = (): Name[] => names.filter((name) => !existsSync(found[name]));
  if (missing().length === 0) return found;
  const { cacheDir } = environment;
  const build = async (): Promise<void> => {
    const wanted = missing();
    for (const [index, name] of wanted.entries()) {
      const begun = performance.now();
      log(`building ${name} (${index + 1} of ${wanted.length})`);
      await buildBinary(name, binaryFolder(cacheDir, CATALOGUE[name].module));
      const seconds = Math.round((performance.now() - begun) / 1000);
      log(`built ${name}: ${seconds} s, ${Math.round(statSync(found[name]).size / 1e6)} MB`);
    }
  };
  await withLock(join(cacheDir, 'build.lock'), build, () => log('waiting for another process that builds'));
  return found;
};
