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

/** Keeps the proxy's view of the pods: each is a backend from its first start, used while it is ready. */
export const routeToPods = (crew: Crew): Backends => {
  const backends = createBackends();
  const known = new Set<string>();
  crew.onChange(({ name, phase, spec }) => {
    if (spec.service === undefined) return;
    if (!known.has(name)) backends.add(spec.service, name, spec.url);
    known.add(name);
    backends.set(name, AVAILABILITY[phase]);
  });
  return backends;
};
