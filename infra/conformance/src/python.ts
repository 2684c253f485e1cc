import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { providePython } from '@keyturn/python';

/** The service in Python, and its library. */
export const REPORTS_FOLDER = fileURLToPath(new URL('../../../services/reports/', import.meta.url));

/** A Python with the packages that the service pins, or why there is none. */
export type Python =
  | { readonly program: string; readonly environment: Readonly<Record<string, string>> }
  | { readonly missing: string };

export async function findPython(): Promise<Python> {
  const python = await providePython(join(REPORTS_FOLDER, 'requirements.txt'));
  if ('missing' in python) return python;
  const environment = { PATH: '/usr/bin:/bin', PYTHONPATH: REPORTS_FOLDER, PYTHONDONTWRITEBYTECODE: '1' };
  return { program: python.program, environment };
}
