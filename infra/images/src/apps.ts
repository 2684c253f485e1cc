import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A program that gets an image. */
export interface App {
  readonly name: string;
  /** Folder below the root of the repository. */
  readonly folder: string;
  readonly dockerfile: 'service' | 'web' | 'python' | 'operator';
}

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

/** A service is an app below services/ with a program of its own; libraries are there too. */
const isService = (folder: string): boolean => {
  if (!existsSync(join(ROOT, folder, 'src/main.ts'))) return false;
  const { nx } = JSON.parse(readFileSync(join(ROOT, folder, 'package.json'), 'utf8')) as {
    readonly nx?: { readonly tags?: readonly string[] };
  };
  return nx?.tags?.includes('type:app') ?? false;
};

/** A front end brings its own build. */
const isWeb = (folder: string): boolean => existsSync(join(ROOT, folder, 'next.config.ts'));

const isPython = (folder: string): boolean => existsSync(join(ROOT, folder, 'pyproject.toml'));

const services = readdirSync(join(ROOT, 'services'))
  .flatMap((name): App[] => {
    const folder = `services/${name}`;
    if (isPython(folder)) return [{ name, folder, dockerfile: 'python' }];
    if (isWeb(folder)) return [{ name, folder, dockerfile: 'web' }];
    return isService(folder) ? [{ name, folder, dockerfile: 'service' }] : [];
  })
  .sort((a, b) => (a.name < b.name ? -1 : 1));

/** Image `keyturn/<name>`. */
export const APPS: readonly App[] = [...services, { name: 'operator', folder: 'operator', dockerfile: 'operator' }];
