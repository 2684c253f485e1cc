import { Counter, Gauge, type Registry } from 'prom-client';
import type { TokenVerifier, VerifierStats } from '../core/index.js';

type Verifiers = ReadonlySet<TokenVerifier>;
type Read = (stats: VerifierStats) => number | undefined;

const LABELS = ['method', 'ring'] as const;

const COUNTERS: readonly (readonly [name: string, help: string, read: Read])[] = [
  ['keyturn_guard_cache_hits_total', 'Credentials accepted from the cache', ({ cacheHits }) => cacheHits],
  [
    'keyturn_guard_unknown_kids_total',
    'Credentials whose kid the ring did not know, each a request to fetch it',
    ({ unknownKids }) => unknownKids,
  ],
];

const GAUGES: readonly (readonly [name: string, help: string, read: Read])[] = [
  ['keyturn_guard_cache_entries', 'Credentials kept in the cache', ({ cacheEntries }) => cacheEntries],
  ['keyturn_guard_ring_generation', 'Generation of the ring that verifies', ({ ring }) => ring?.generation],
  [
    'keyturn_guard_ring_age_seconds',
    'Time since the verifier took this generation into use',
    ({ ring }) => ring && (Date.now() - ring.since) / 1000,
  ],
];

/** A registry takes each name once, so the verifiers of several modules share the metrics of their registry. */
const registered = new WeakMap<Registry, Set<TokenVerifier>>();

/**
 * Adds a verifier to the guard's metrics in a registry. Values are read when they are scraped: the request path adds to
 * plain numbers. Returns the removal.
 */
export function addToMetrics(registry: Registry, verifier: TokenVerifier): () => void {
  let verifiers = registered.get(registry);
  if (verifiers === undefined) {
    verifiers = new Set();
    registered.set(registry, verifiers);
    registerVerifications(registry, verifiers);
    for (const [name, help, read] of COUNTERS) registerCounter(registry, verifiers, name, help, read);
    for (const [name, help, read] of GAUGES) registerGauge(registry, verifiers, name, help, read);
  }
  verifiers.add(verifier);
  return () => verifiers.delete(verifier);
}

const labelsOf = ({ method }: TokenVerifier, { ring }: VerifierStats) => ({ method, ring: ring?.name ?? '' });

/** `result` is `accepted` or the literal code of the refusal. */
function registerVerifications(registry: Registry, verifiers: Verifiers): void {
  const counter = new Counter({
    name: 'keyturn_guard_verifications_total',
    help: 'Credentials judged, by result: accepted, or the code of the refusal',
    labelNames: [...LABELS, 'result'] as const,
    registers: [registry],
    collect() {
      counter.reset();
      for (const verifier of verifiers) {
        const stats = verifier.stats();
        const labels = labelsOf(verifier, stats);
        counter.inc({ ...labels, result: 'accepted' }, stats.accepted);
        for (const [result, count] of Object.entries(stats.refused)) counter.inc({ ...labels, result }, count);
      }
    },
  });
}

function registerCounter(registry: Registry, verifiers: Verifiers, name: string, help: string, read: Read): void {
  const collect = (): void => {
    counter.reset();
    for (const verifier of verifiers) {
      const stats = verifier.stats();
      counter.inc(labelsOf(verifier, stats), read(stats) ?? 0);
    }
  };
  const counter = new Counter({ name, help, labelNames: LABELS, registers: [registry], collect });
}

function registerGauge(registry: Registry, verifiers: Verifiers, name: string, help: string, read: Read): void {
  const collect = (): void => {
    gauge.reset();
    for (const verifier of verifiers) {
      const stats = verifier.stats();
      const value = read(stats);
      if (value !== undefined) gauge.set(labelsOf(verifier, stats), value);
    }
  };
  const gauge = new Gauge({ name, help, labelNames: LABELS, registers: [registry], collect });
}
