import { systemClock } from '@keyturn/keyring';
import { backoffMs, pause } from './backoff.js';
import type { ApiClient } from './client.js';
import { ApiError, isApiError } from './errors.js';
import {
  heldLease,
  type Lease,
  LEASE_TIMES,
  type LeaseTimes,
  mayTake,
  releasedLease,
  type Sighting,
  sighted,
} from './lease.js';
import { collection, item, LEASES } from './objects.js';

export interface ElectionOptions {
  readonly api: ApiClient;
  readonly namespace: string;
  /** Name of the Lease. */
  readonly name: string;
  /** Of this process; no other process may have it, not even after a restart. */
  readonly identity: string;
  readonly times?: LeaseTimes;
  /** Milliseconds, suspension included; for tests. */
  readonly monotonic?: () => number;
  readonly observe?: (event: ElectionEvent) => void;
}

export type ElectionEvent =
  | { readonly event: 'elected' }
  | { readonly event: 'not-leading'; readonly holder: string }
  | { readonly event: 'lost'; readonly why: string }
  | { readonly event: 'election-failed'; readonly error: unknown };

/** One term of a leader. */
export interface Term {
  /** Fires when the term ends. */
  readonly signal: AbortSignal;
  /**
   * Throws ApiError `aborted` once the lease was not renewed in time: a process that slept (suspended, starved) must not
   * write between waking up and its timers.
   */
  fence(): void;
}

/** One replica's part in the election of the leader, by a Lease. */
export class Election {
  private seen: Sighting | undefined;
  private readonly times: LeaseTimes;
  private readonly monotonic: () => number;

  constructor(private readonly options: ElectionOptions) {
    this.times = options.times ?? LEASE_TIMES;
    this.monotonic = options.monotonic ?? (() => systemClock.monotonic());
  }

  /** Stands for election again and again, and calls `lead` for each term, until the signal fires. */
  async run(lead: (term: Term) => Promise<void>, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const held = await this.acquire(signal);
      if (held) await this.term(held, lead, signal);
    }
  }

  /** Resolves with the lease when it is ours; undefined = the signal fired. */
  private async acquire(signal: AbortSignal): Promise<Held | undefined> {
    let holder: string | undefined;
    for (let failures = 0; !signal.aborted; ) {
      const begun = this.monotonic();
      try {
        const found = await this.tryTake(begun, signal);
        if (typeof found !== 'string') return found;
        if (found !== holder) this.options.observe?.({ event: 'not-leading', holder: found });
        holder = found;
        failures = 0;
      } catch (error) {
        if (signal.aborted) return undefined;
        failures += 1;
        if (!isApiError(error, 'conflict', 'alreadyExists'))
          this.options.observe?.({ event: 'election-failed', error });
      }
      const { retryMs } = this.times;
      await pause(failures > 0 ? backoffMs(failures, { firstMs: retryMs, longestMs: 30_000 }) : retryMs, signal);
    }
    return undefined;
  }

  /** The lease, or who holds it. */
  private async tryTake(begun: number, signal: AbortSignal): Promise<Held | string> {
    const { api, namespace, name, identity } = this.options;
    const path = item(LEASES, namespace, name);
    const call = { signal, timeoutMs: this.times.renewMs };
    const found = await api.get<Lease>(path, call);
    if (!found) {
      const fresh = heldLease(name, identity, this.times, Date.now());
      return { lease: await api.create<Lease>(collection(LEASES, namespace), fresh, call), renewedAt: begun };
    }
    this.seen = sighted(this.seen, found, this.monotonic());
    if (!mayTake(found, identity, this.seen, this.monotonic())) return found.spec?.holderIdentity ?? '';
    const begunWrite = this.monotonic();
    const taken = heldLease(name, identity, this.times, Date.now(), found);
    return { lease: await api.replace<Lease>(path, taken, call), renewedAt: begunWrite };
  }

  private async term(held: Held, lead: (term: Term) => Promise<void>, stop: AbortSignal): Promise<void> {
    const lost = new AbortController();
    const ended = new AbortController();
    const keeper = new LeaseKeeper(held, this.options, this.times, this.monotonic, (why) => {
      this.options.observe?.({ event: 'lost', why });
      lost.abort(new Error(why));
    });
    this.options.observe?.({ event: 'elected' });
    const renewing = keeper.run(AbortSignal.any([ended.signal, lost.signal]));
    try {
      await lead({ signal: AbortSignal.any([stop, lost.signal]), fence: () => keeper.fence() });
    } finally {
      ended.abort();
      await renewing;
      if (!lost.signal.aborted) await keeper.release();
    }
  }
}

interface Held {
  readonly lease: Lease;
  /** Monotonic ms at which the request began that renewed it. */
  readonly renewedAt: number;
}

/** Renews a lease while its term lasts. */
class LeaseKeeper {
  private lost = false;

  constructor(
    private held: Held,
    private readonly options: ElectionOptions,
    private readonly times: LeaseTimes,
    private readonly monotonic: () => number,
    private readonly onLost: (why: string) => void,
  ) {}

  private leftMs(): number {
    return this.held.renewedAt + this.times.renewMs - this.monotonic();
  }

  fence(): void {
    if (!this.lost && this.leftMs() <= 0) this.lose('it was not renewed in time');
    if (this.lost) throw new ApiError('aborted', 'not sent: this process does not lead any more');
  }

  private lose(why: string): void {
    if (this.lost) return;
    this.lost = true;
    this.onLost(why);
  }

  /** Until the signal fires or the lease is lost. The deadline is a timer of its own: a request that hangs cannot hide it. */
  async run(signal: AbortSignal): Promise<void> {
    let deadline = setTimeout(() => undefined, 0);
    const arm = (): void => {
      clearTimeout(deadline);
      deadline = setTimeout(
        () => (this.leftMs() <= 0 ? this.lose('it was not renewed in time') : arm()),
        Math.max(0, this.leftMs()),
      );
    };
    arm();
    try {
      while (!signal.aborted) {
        await pause(this.times.retryMs, signal);
        if (signal.aborted) return;
        await this.renew(signal);
        arm();
      }
    } finally {
      clearTimeout(deadline);
    }
  }

  /** Twice at most: what was changed next to the lease, or an answer that was lost, must not cost a whole interval. */
  private async renew(signal: AbortSignal): Promise<void> {
    for (let attempt = 1; attempt <= 2 && !this.lost; attempt++) {
      try {
        await this.write(signal);
        return;
      } catch (error) {
        if (signal.aborted) return;
        this.options.observe?.({ event: 'election-failed', error });
        if (isApiError(error, 'conflict', 'notFound', 'ambiguous')) await this.look(signal);
      }
    }
  }

  private call(signal: AbortSignal): { signal: AbortSignal; timeoutMs: number } {
    return { signal, timeoutMs: Math.max(1, Math.min(this.leftMs(), this.times.renewMs / 2)) };
  }

  private async write(signal: AbortSignal): Promise<void> {
    const { api, namespace, name, identity } = this.options;
    const renewedAt = this.monotonic();
    const next = heldLease(name, identity, this.times, Date.now(), this.held.lease);
    this.held = { lease: await api.replace<Lease>(item(LEASES, namespace, name), next, this.call(signal)), renewedAt };
  }

  /** Somebody changed the lease: it is still ours when only its wrapping was changed, or when an answer of ours was lost. */
  private async look(signal: AbortSignal): Promise<void> {
    const { api, namespace, name, identity } = this.options;
    const found = await api.get<Lease>(item(LEASES, namespace, name), this.call(signal)).catch(() => null);
    if (found === null) return;
    if (found?.spec?.holderIdentity === identity) this.held = { ...this.held, lease: found };
    else this.lose(found ? `${found.spec?.holderIdentity || 'nobody'} holds the lease` : 'the lease was removed');
  }

  /** Lets another replica lead at once; if it fails, it leads after the lease's duration. */
  async release(): Promise<void> {
    const { api, namespace, name, identity } = this.options;
    if (this.lost || this.leftMs() <= 0) return;
    this.lost = true;
    const path = item(LEASES, namespace, name);
    const call = { timeoutMs: Math.min(2_000, this.times.retryMs) };
    const give = (lease: Lease): Promise<Lease> => api.replace(path, releasedLease(lease, Date.now()), call);
    // A renewal that was under way when the term ended may have been written: then it is a newer lease that is given up.
    const giveNewer = async (): Promise<void> => {
      const found = await api.get<Lease>(path, call);
      if (found?.spec?.holderIdentity === identity) await give(found);
    };
    await give(this.held.lease)
      .catch(giveNewer)
      .catch(() => undefined);
  }
}
