import { lstatSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type GeneratorCallback, logger, type Tree } from '@nx/devkit';
import { LOCKFILE, withoutPackage } from '../workspace/lockfile.ts';
import { readManifest, readText } from '../workspace/read.ts';
import { TSCONFIG, withoutReference } from '../workspace/tsconfig.ts';
import { blocksIn, testedServiceIn, VALUES, withoutBlock } from '../workspace/values.ts';

export interface ServiceRemoveOptions {
  readonly name: string;
}

/** Why the service cannot go; undefined when it can. */
const obstacle = (tree: Tree, name: string, values: string): string | undefined => {
  const blocks = blocksIn(values);
  if (!Object.hasOwn(blocks, name) || !tree.exists(`services/${name}/package.json`)) {
    const removable = Object.keys(blocks).filter((other) => tree.exists(`services/${other}/package.json`));
    return `name: there is no service ${name} with a folder and a block; there are ${removable.join(', ')}`;
  }
  const callers = Object.entries(blocks).flatMap(([other, block]) => (block?.calls?.includes(name) ? [other] : []));
  if (callers.length > 0) return `name: ${callers.join(' and ')} may call ${name}, by calls in ${VALUES}`;
  if (testedServiceIn(values) === name) return `name: ${name} is what helm test calls, by test.service in ${VALUES}`;
  return undefined;
};

/** What an install has linked there would now lead nowhere. */
const removeLink = (path: string): void => {
  if (lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink()) rmSync(path);
};

/**
 * Takes a service out of the workspace: what the generator of services has added, and whatever was added to its folder since.
 * Throws an Error, before anything is changed, when there is none or something else refers to it.
 */
export default async function serviceRemoveGenerator(
  tree: Tree,
  { name }: ServiceRemoveOptions,
): Promise<GeneratorCallback> {
  const values = readText(tree, VALUES);
  const problem = obstacle(tree, name, values);
  if (problem !== undefined) throw new Error(problem);
  const folder = `services/${name}`;
  const { name: packageName } = readManifest(tree, `${folder}/package.json`);
  tree.write(VALUES, withoutBlock(values, name));
  tree.write(TSCONFIG, withoutReference(readText(tree, TSCONFIG), folder));
  tree.write(LOCKFILE, withoutPackage(readText(tree, LOCKFILE), folder, packageName));
  if (tree.exists(`docs/services/${name}.md`)) tree.delete(`docs/services/${name}.md`);
  tree.delete(folder);
  return () => {
    removeLink(join(tree.root, 'node_modules', packageName));
    logger.info(`\n${folder} is gone, with its block of values. Its database was left alone: drop it where it is.\n`);
  };
}
