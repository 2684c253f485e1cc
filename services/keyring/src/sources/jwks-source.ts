import type { Clock } from '../clock.js';
import type { PublicJwk } from '../document/document.js';
import { KeyringError } from '../document/errors.js';
import { type RingLogger, silentLogger } from '../logger.js';
import { systemClock } from '../system-clock.js';
import type { BoundedHttpOptions } from './bounded-http.js';
import { createJwksClient } from './jwks-client.js';
import { shareNextRead } from './next-read.js';
import { UnknownKidGate } from './unknown-kid-gate.js';

export interface JwksSourceOptions extends BoundedHttpOptions {
  /** The JWK set of a foreign issuer, http or https. */
  readonly url: string;
  /** Age at which a set is stale; the background refresh begins at four fifths of it. Milliseconds, default 10 minutes. */
  readonly maxAgeMs?: number;
  /** Age up to which a stale set is used while it cannot be fetched. Milliseconds, default 24 hours. */
  readonly hardLimitMs?: number;
  readonly clock?: Clock;
  readonly logger?: RingLogger;
}

/** The keys of a foreign issuer. Throws KeyringError ERR_RING_UNAVAILABLE where there is no set that may be used. */
export interface JwksSource {
  /** Begins to fetch; resolves with the first set. */
  start(): Promise<void>;
  ready(): boolean;
  /** All keys by kid. */
  keys(): ReadonlyMap<string, PublicJwk>;
  /** The key of a kid; an unknown one may cause a fetch, at most one a second (P5). Throws also when that fetch failed. */
  find(kid: string): Promise<PublicJwk | undefined>;
  stop(): Promise<void>;
}

const MINUTE = 60_000;
const FIRST_RETRY_MS = 1000;
const LONGEST_RETRY_MS = 30_000;

/** The pause before the next background fetch: four fifths of the age, or growing after failures. */
export const jwksPauseMs = (failures: number, maxAgeMs: number): number =>
  failures === 0 ? (maxAgeMs * 4) / 5 : Math.min(FIRST_RETRY_MS * 2 ** (failures - 1), LONGEST_RETRY_MS);

class KeptJwks implements JwksSource {
  private set: { readonly keys: ReadonlyMap<string, PublicJwk>; readonly atMs: number } | undefined;
  private failures = 0;
  private loop: Promise<void> = Promise.resolve();
  private first: Promise<void> | undefined;
  private readonly stopping = new AbortController();
  private readonly gate: UnknownKidGate;
  private readonly load: () => Promise<void>;
  private readonly client;

  constructor(
    private readonly url: URL,
    private readonly options: JwksSourceOptions,
    private readonly clock: Clock,
    private readonly logger: RingLogger,
  ) {
    this.client = createJwksClient(url, options);
    this.load = shareNextRead(() => this.fetch());
    this.gate = new UnknownKidGate(this.load, clock, this.stopping.signal);
  }

  start(): Promise<void> {
    if (this.first) return this.first;
    this.first = new Promise((resolve, reject) => {
      this.stopping.signal.addEventListener('abort', () => reject(this.unavailable('were stopped')), { once: true });
      this.loop = this.run(resolve);
    });
    this.first.catch(() => undefined);
    return this.first;
  }

  ready(): boolean {
    const { hardLimitMs = 24 * 60 * MINUTE } = this.options;
    return this.set !== undefined && this.clock.monotonic() - this.set.atMs < hardLimitMs;
  }

  keys(): ReadonlyMap<string, PublicJwk> {
    if (!this.set) throw this.unavailable('have not been fetched');
    if (!this.ready()) throw this.unavailable('were last fetched longer ago than the hard limit');
    return this.set.keys;
  }

  async find(kid: string): Promise<PublicJwk | undefined> {
    const known = this.keys().get(kid);
    if (known) return known;
    try {
      await this.gate.request(kid);
    } catch {
      throw this.unavailable('could not be fetched for an unknown kid');
    }
    return this.keys().get(kid);
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    this.client.close();
    await this.loop;
  }

  private async run(loaded: () => void): Promise<void> {
    const { maxAgeMs = 10 * MINUTE } = this.options;
    const { signal } = this.stopping;
    while (!signal.aborted) {
      await this.load().then(loaded, () => undefined);
      await this.clock.sleep(jwksPauseMs(this.failures, maxAgeMs), signal).catch(() => undefined);
    }
  }

  /** Ages count from the start of the fetch: what it brought may be that old. */
  private async fetch(): Promise<void> {
    const atMs = this.clock.monotonic();
    try {
      this.set = { keys: await this.client.fetch(), atMs };
    } catch (error) {
      this.failures += 1;
      if (this.failures === 1 && !this.stopping.signal.aborted) this.report(error);
      throw error;
    }
    if (this.failures > 0)
      this.logger.info({ event: 'read-recovered', url: this.url.href }, 'the keys can be read again');
    this.failures = 0;
  }

  private report(error: unknown): void {
    const reason = error instanceof Error ? error.message : 'unknown';
    this.logger.warn({ event: 'read-failed', url: this.url.href, reason }, 'foreign keys cannot be fetched');
  }

  private unavailable(why: string): KeyringError {
    const message = `the keys of ${this.url.host} ${why}`;
    return new KeyringError('ERR_RING_UNAVAILABLE', message, { retryAfterMs: FIRST_RETRY_MS });
  }
}

/** Keys of an issuer that is not ours, as a whole set. Throws TypeError for a URL that cannot work. */
export const createJwksSource = (options: JwksSourceOptions): JwksSource => {
  const url = URL.canParse(options.url) ? new URL(options.url) : undefined;
  if (!url || !/^https?:$/.test(url.protocol) || url.username) {
    throw new TypeError('createJwksSource: url must be an http or https URL without credentials');
  }
  return new KeptJwks(url, options, options.clock ?? systemClock, options.logger ?? silentLogger);
};
