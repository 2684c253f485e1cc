import type { ServiceManifest } from '../service/manifest.ts';

export const LOCKFILE = 'package-lock.json';

interface Lockfile {
  readonly packages: Readonly<Record<string, unknown>>;
}

const inOrder = ([a]: [string, unknown], [b]: [string, unknown]): number => (a < b ? -1 : 1);

const edited = (text: string, packages: (all: [string, unknown][]) => [string, unknown][]): string => {
  const lockfile = JSON.parse(text) as Lockfile;
  const entries = packages(Object.entries(lockfile.packages));
  return `${JSON.stringify({ ...lockfile, packages: Object.fromEntries(entries) }, null, 2)}\n`;
};

/** The entries of a workspace package, as npm writes them. All that it needs is installed for others already. */
export const withPackage = (text: string, folder: string, manifest: ServiceManifest): string => {
  const { name, version, license, dependencies, devDependencies } = manifest;
  const entry = { name, version, ...(license !== undefined && { license }), dependencies, devDependencies };
  const added: [string, unknown][] = [
    [`node_modules/${name}`, { resolved: folder, link: true }],
    [folder, entry],
  ];
  return edited(text, (all) =>
    added.reduce((list, item) => {
      const at = list.findIndex((other) => inOrder(item, other) < 0);
      return at < 0 ? [...list, item] : list.toSpliced(at, 0, item);
    }, all),
  );
};

export const withoutPackage = (text: string, folder: string, name: string): string =>
  edited(text, (all) => all.filter(([place]) => place !== folder && place !== `node_modules/${name}`));
