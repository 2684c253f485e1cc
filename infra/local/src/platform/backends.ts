import type { PodPhase } from '../processes/pod.js';
import { type Availability, type Backends, createBackends } from '../proxy/backends.js';
import type { Crew } from './crew.js';

const AVAILABILITY: Readonly<Record<PodPhase, Availability>> = {
  ready: 'ready',
  starting: 'alive',
  'not ready': 'alive',
  stopping: 'out',
  down: 'out',
  gone: 'out',
};

/** The service of a process: `auth-2` belongs to `auth`. */
export const serviceOf = (name: string): 'auth' | 'tasks' | undefined =>
  (['auth', 'tasks'] as const).find((service) => name.startsWith(`${service}-`));

/** Keeps the proxy's view of the pods: each is a backend from its first start, used while it is ready. */
export const routeToPods = (crew: Crew): Backends => {
  const backends = createBackends();
  const known = new Set<string>();
  crew.onChange(({ name, phase, spec }) => {
    const service = serviceOf(name);
    if (service === undefined) return;
    if (!known.has(name)) backends.add(service, name, spec.url);
    known.add(name);
    backends.set(name, AVAILABILITY[phase]);
  });
  return backends;
};
