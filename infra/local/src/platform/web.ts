import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { PodSpec } from '../processes/pod.js';
import { at, common, ENDING, type Surroundings } from './services.js';
import { folderOf } from './values.js';

/** The front end's name, as a service behind the one address. */
export const WEB = 'web';

/** What `services/web/build.mjs` makes. */
const SERVER = join(folderOf(WEB), '.next', 'standalone', 'services', 'web', 'server.js');

export const isWebBuilt = (): boolean => existsSync(SERVER);

/** The front end: a process of its own that takes part in no ring, since it never looks into a token. */
export const webPod = (port: number, around: Surroundings): PodSpec => ({
  name: WEB,
  service: WEB,
  program: [process.execPath, SERVER],
  url: at(port),
  managementUrl: at(port),
  log: join(around.places.logs, `${WEB}.log`),
  env: () => ({
    ...common(around),
    ...ENDING,
    HOSTNAME: '127.0.0.1',
    PORT: String(port),
    NEXT_TELEMETRY_DISABLED: '1',
    KEYTURN_BASE_URL: around.baseUrl,
    ...around.extra.all,
    ...around.extra[WEB],
  }),
});
