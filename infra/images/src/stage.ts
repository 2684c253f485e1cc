import { cpSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { basename, join, relative, sep } from 'node:path';
import type { App } from './apps.js';
import { closureOf } from './closure.js';

/** What no program needs at run time. */
const LEFT_OUT = /\.(d\.[cm]?ts|map|md|markdown|tsbuildinfo|flow)$/i;
/** Packages of the workspace bring their build, nothing else. */
const BUILD = ['package.json', 'dist'];

const copyPackage = (from: string, to: string): void => {
  mkdirSync(to, { recursive: true });
  cpSync(from, to, {
    recursive: true,
    filter: (path) => {
      const parts = relative(from, path).split(sep);
      // Nested packages are copied for themselves, if they are needed.
      return !parts.includes('node_modules') && !parts.includes('.bin') && !LEFT_OUT.test(basename(path));
    },
  });
};

const copyBuild = (from: string, to: string): void => {
  mkdirSync(to, { recursive: true });
  for (const name of BUILD) {
    if (!existsSync(join(from, name))) throw new Error(`${from}: ${name} is missing; build first`);
    cpSync(join(from, name), join(to, name), { recursive: true, filter: (path) => !LEFT_OUT.test(basename(path)) });
  }
};

/** Puts together what becomes /app of an app's image, in a folder that does not exist yet or is empty. */
export const stageApp = ({ folder, dockerfile }: App, root: string, to: string): void => {
  copyBuild(join(root, folder), to);
  for (const { place, folder: from } of closureOf(root, folder)) {
    // A nested package of the app itself is beside its build, too.
    const target = join(to, place.startsWith(`${folder}/`) ? place.slice(folder.length + 1) : place);
    if (from.split(sep).includes('node_modules')) copyPackage(from, target);
    else copyBuild(from, target);
  }
  if (dockerfile === 'operator') writeFileSync(join(to, 'keyturn.mjs'), "import './dist/main.js';\n");
};
