import { fileURLToPath } from 'node:url';
import { type Missing, providePython, type Python } from '@keyturn/python';

/** The packages of the service in Python: PyJWT is one of them. */
const REQUIREMENTS = fileURLToPath(new URL('../../../../services/reports/requirements.txt', import.meta.url));

/** A Python with PyJWT, or why there is none. */
export const findPython = (): Promise<Python | Missing> => providePython(REQUIREMENTS);
