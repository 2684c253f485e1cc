import { freePort } from '@keyturn/postgres';
import { inheritedVariables } from '../environment.js';
import type { Crew } from './crew.js';
import type { PlatformOptions } from './options.js';
import type { Places } from './places.js';
import { DEMO_RINGS } from './rings.js';
import { operatorPod, type Ports, servicePod, type Surroundings } from './services.js';
import type { ServiceEntry } from './values.js';
import { webPod } from './web.js';

export interface Muster {
  readonly crew: Crew;
  readonly options: PlatformOptions;
  readonly places: Places;
  readonly baseUrl: string;
  readonly smtpUrl: string;
  readonly services: readonly ServiceEntry[];
  readonly databaseUrl: (service: string) => string;
}

/** One in Python is to be seen taking part; a second would cost every start another 70 MB. */
const PROCESSES = { node: 2, python: 1 } as const;

/** Gives every process its name and ports and adds it to the crew; nothing is started yet. */
export const enlist = async ({ crew, options, services, ...given }: Muster): Promise<Surroundings> => {
  const operatorPort = await freePort();
  const processes = await Promise.all(
    services.flatMap((service) =>
      Array.from({ length: options.processes?.[service.name] ?? PROCESSES[service.language] }, async (_, index) => {
        const ports: Ports = { service: await freePort(), management: await freePort() };
        return { service, name: `${service.name}-${index + 1}`, ports };
      }),
    ),
  );
  const managementUrl = (port: number): string => `http://127.0.0.1:${port}`;
  const around: Surroundings = {
    ...given,
    frontendUrl: options.web ? given.baseUrl : undefined,
    rings: options.rings ?? DEMO_RINGS,
    inherited: inheritedVariables(),
    extra: options.env ?? {},
    documentUrls: [
      ...processes.flatMap(({ service, ports }) => (service.name === 'auth' ? [managementUrl(ports.management)] : [])),
      managementUrl(operatorPort),
    ],
  };
  crew.add(operatorPod(operatorPort, around));
  for (const { service, name, ports } of processes) crew.add(servicePod(service, name, ports, around));
  if (options.web) crew.add(webPod(await freePort(), around));
  return around;
};
