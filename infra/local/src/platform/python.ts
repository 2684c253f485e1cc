import { join } from 'node:path';
import { providePython } from '@keyturn/python';
import type { PlatformOptions } from './options.js';
import { folderOf, type ServiceEntry } from './values.js';

/**
 * The same services, those in Python with an environment of the packages that they pin: made once, then found. Where there can be
 * none, the platform goes without them, and says why.
 */
export const withPython = async (
  services: readonly ServiceEntry[],
  options: Pick<PlatformOptions, 'progress' | 'signal'>,
): Promise<ServiceEntry[]> => {
  const found = await Promise.all(services.map((service) => provided(service, options)));
  return found.flatMap((service) => service ?? []);
};

const STEP = 'Python packages';

const provided = async (
  service: ServiceEntry,
  { progress, signal }: Pick<PlatformOptions, 'progress' | 'signal'>,
): Promise<ServiceEntry | undefined> => {
  if (service.language !== 'python') return service;
  let made = false;
  const making = (): void => {
    made = true;
    progress?.({ step: STEP, state: 'begun' });
  };
  const requirements = join(folderOf(service.name), 'requirements.txt');
  const python = await providePython(requirements, { making, ...(signal && { signal }) });
  if ('missing' in python) {
    progress?.({ step: service.name, state: 'left out', note: python.missing });
    return undefined;
  }
  if (made) progress?.({ step: STEP, state: 'done' });
  return { ...service, python: python.program };
};
