import { collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

export interface Metrics {
  /** The registry of this process: services add their own metrics to it. */
  readonly registry: Registry;
  /** Seconds by `method`, `route` (its pattern, never the path) and `status`. */
  readonly httpDuration: Histogram<'method' | 'route' | 'status'>;
  readonly httpInFlight: Gauge;
  /** The text that `/metrics` serves. */
  text(): Promise<string>;
}

/** A registry of its own with the runtime's default metrics and those of HTTP. */
export const createMetrics = (options: { defaults?: boolean } = {}): Metrics => {
  const registry = new Registry();
  if (options.defaults ?? true) collectDefaultMetrics({ register: registry });
  return {
    registry,
    httpDuration: new Histogram({
      name: 'http_server_request_duration_seconds',
      help: 'Time from the request to the end of the response, by route pattern and status',
      labelNames: ['method', 'route', 'status'],
      buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
      registers: [registry],
    }),
    httpInFlight: new Gauge({
      name: 'http_server_requests_in_flight',
      help: 'Requests that are being answered',
      registers: [registry],
    }),
    text: () => registry.metrics(),
  };
};
