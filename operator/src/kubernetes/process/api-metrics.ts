import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { ApiCallEvent, CacheEvent, ElectionEvent } from '../api/index.js';

export interface ApiMetrics {
  call(event: ApiCallEvent): void;
  cache(event: CacheEvent): void;
  election(event: ElectionEvent): void;
}

/** What the operator does with the API server, in Prometheus' terms. */
export function createApiMetrics(registry: Registry): ApiMetrics {
  const registers = [registry];
  const calls = new Histogram({
    name: 'keyturn_api_request_duration_seconds',
    help: 'Requests to the API server; a watch counts until it is open',
    labelNames: ['verb', 'resource', 'outcome'],
    buckets: [0.005, 0.02, 0.1, 0.5, 2, 10],
    registers,
  });
  const watches = new Counter({
    name: 'keyturn_watches_ended_total',
    help: 'Watches that ended, by why; each goes on from where it was, or from a new list',
    labelNames: ['resource', 'why'],
    registers,
  });
  const lists = new Counter({
    name: 'keyturn_lists_total',
    help: 'Full lists for a watch to begin with',
    labelNames: ['resource'],
    registers,
  });
  const leader = new Gauge({ name: 'keyturn_leader', help: '1 = this replica leads', registers });
  const resource = (path: string): string => path.split('/').at(-1) ?? path;
  return {
    call: ({ verb, resource: name, outcome, seconds }) => calls.observe({ verb, resource: name, outcome }, seconds),
    cache: (event) => {
      if (event.event === 'listed') lists.inc({ resource: resource(event.path) });
      if (event.event === 'watch-ended') watches.inc({ resource: resource(event.path), why: event.why });
    },
    election: ({ event }) => {
      if (event === 'elected') leader.set(1);
      if (event === 'lost' || event === 'not-leading') leader.set(0);
    },
  };
}
