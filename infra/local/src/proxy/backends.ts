import { Agent } from 'node:http';

/** One process that requests can be sent to. */
export interface Backend {
  readonly name: string;
  readonly host: string;
  readonly port: number;
  readonly agent: Agent;
}

export type Availability = 'ready' | 'alive' | 'out';

/** The processes behind each service: ready ones in turn; if none is, those that run and can say so themselves. */
export interface Backends {
  add(service: string, name: string, url: string): void;
  set(name: string, availability: Availability): void;
  /** In the order in which they should be tried. */
  candidates(service: string): Backend[];
  close(): void;
}

interface Entry extends Backend {
  availability: Availability;
}

const rotated = <T>(list: readonly T[], by: number): T[] => {
  const at = list.length === 0 ? 0 : by % list.length;
  return [...list.slice(at), ...list.slice(0, at)];
};

export const createBackends = (): Backends => {
  const entries = new Map<string, Entry[]>();
  const all = (): Entry[] => [...entries.values()].flat();
  let turn = 0;
  return {
    add: (service, name, url) => {
      const { hostname, port } = new URL(url);
      const agent = new Agent({ keepAlive: true, maxFreeSockets: 64 });
      const entry: Entry = { name, host: hostname, port: Number(port), agent, availability: 'out' };
      entries.set(service, [...(entries.get(service) ?? []), entry]);
    },
    set: (name, availability) => {
      const entry = all().find((one) => one.name === name);
      if (entry) entry.availability = availability;
    },
    candidates: (service) => {
      const list = entries.get(service) ?? [];
      const ready = list.filter(({ availability }) => availability === 'ready');
      turn += 1;
      return rotated(ready.length > 0 ? ready : list.filter(({ availability }) => availability === 'alive'), turn);
    },
    close: () => {
      for (const { agent } of all()) agent.destroy();
    },
  };
};
