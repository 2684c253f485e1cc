import { join } from 'node:path';

/** Where a platform keeps what: everything is below its directory. */
export const placesOf = (dir: string) => ({
  dir,
  /** The operator's: rings, truth, projections, consumers, requests, runs, status. */
  state: join(dir, 'state'),
  /** Own files of the pods that run now. */
  pods: join(dir, 'pods'),
  /** Who was started, for the launcher that comes after a killed one. */
  processes: join(dir, 'processes'),
  logs: join(dir, 'logs'),
  postgres: join(dir, 'postgres'),
  mail: join(dir, 'mail'),
  /** What tools read: addresses, processes, the demo login. */
  localFile: join(dir, 'local.json'),
  demoFile: join(dir, 'demo.json'),
  /** Held by the launcher that runs here. */
  lock: join(dir, 'lock'),
});

export type Places = ReturnType<typeof placesOf>;
