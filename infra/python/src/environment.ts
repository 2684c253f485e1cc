import { homedir } from 'node:os';
import { join } from 'node:path';

/** Where environments are kept, for every checkout of this user. */
export const cacheFolder = (): string =>
  join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'keyturn', 'python');

/** Our own environment, as pip needs it for proxies and indexes; without what would change where Python looks for packages. */
export const toolEnvironment = (): NodeJS.ProcessEnv => {
  const { PYTHONPATH: _path, PYTHONHOME: _home, VIRTUAL_ENV: _environment, ...rest } = process.env;
  return rest;
};
