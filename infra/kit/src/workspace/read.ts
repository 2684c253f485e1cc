import type { Tree } from '@nx/devkit';
import type { Manifest } from '../service/manifest.ts';
import type { Workspace } from '../service/plan.ts';
import { blocksIn, VALUES } from './values.ts';

/** A file that the workspace must have. Throws an Error that names it. */
export const readText = (tree: Tree, path: string): string => {
  const text = tree.read(path, 'utf8');
  if (text === null)
    throw new Error(`${path} is missing: this is no workspace of services with the chart of the platform`);
  return text;
};

export const readManifest = (tree: Tree, path: string): Manifest => JSON.parse(readText(tree, path)) as Manifest;

/** The runtime of this workspace, else the one that is installed. */
export const readRuntime = (tree: Tree): Manifest => {
  const own = 'services/runtime/package.json';
  return readManifest(tree, tree.exists(own) ? own : 'node_modules/@keyturn/runtime/package.json');
};

/** `@shop/orders` in the workspace `@shop/root`; just `orders` where the root has no scope. */
export const packageNameOf = (service: string, root: Manifest): string =>
  root.name.startsWith('@') ? `${root.name.split('/')[0]}/${service}` : service;

const PORT = /guardedServiceVariables\(\{ port: (\d+) \}\)/;

/** What a new service could be in the way of. */
export const readWorkspace = (tree: Tree): Omit<Workspace, 'imported'> => {
  const folders = tree.children('services');
  const blocks = blocksIn(readText(tree, VALUES));
  const ports = folders.flatMap((folder): [string, number][] => {
    const port = PORT.exec(tree.read(`services/${folder}/src/environment.ts`, 'utf8') ?? '')?.[1];
    return port === undefined ? [] : [[folder, Number(port)]];
  });
  const paths = Object.entries(blocks).map(([name, block]): [string, string[]] => [
    name,
    (block?.routes ?? []).map(({ path }) => path),
  ]);
  return {
    services: [...new Set([...folders, ...Object.keys(blocks)])],
    ports: Object.fromEntries(ports),
    paths: Object.fromEntries(paths),
  };
};
