import { type BackoffOptions, backoffMs, DEFAULT_BACKOFF, pause } from './backoff.js';
import type { ApiClient, Query } from './client.js';
import { isApiError } from './errors.js';
import { isNewer, type KubeObject } from './objects.js';

/** What happens to a supervised list and watch; for logs and metrics. */
export type CacheEvent =
  | { readonly event: 'listed'; readonly path: string; readonly count: number }
  | { readonly event: 'watch-ended'; readonly path: string; readonly why: 'ended' | 'gone' | 'failed' }
  | { readonly event: 'failed'; readonly path: string; readonly error: unknown; readonly waitMs: number };

export interface CacheOptions<T> {
  readonly api: ApiClient;
  readonly path: string;
  readonly query?: Query;
  /** Called for each object that is new, changed (`before` = as it was) or gone (`now` absent). */
  readonly onChange?: (now: T | undefined, before: T | undefined) => void;
  readonly observe?: (event: CacheEvent) => void;
  readonly backoff?: BackoffOptions;
  /** Everything is listed again after this time, whatever the watch said. Milliseconds, default 10 min. */
  readonly resyncMs?: number;
  readonly silenceMs?: number;
}

const RESYNC_MS = 600_000;
/** So many failures in a row make it list again. */
const RELIST_AFTER = 2;
/** A watch that ends sooner was cut; going on at once for ever would be a storm. */
const SETTLED_MS = 1_000;

/**
 * All objects of one path in memory, kept by list and watch: the watch goes on from the last bookmark when it ends, the
 * list begins again when that is too old (410), and after a failure both wait longer each time. It may lag behind the
 * API server; own writes are put in with `observe`, so it never lags behind those.
 */
export class ResourceCache<T extends KubeObject> {
  private objects = new Map<string, T>();
  /** Of the newest list or bookmark; undefined = list again. */
  private version: string | undefined;
  /** The newest version that a list or a bookmark ever had. */
  private highest: string | undefined;
  private listedAt = 0;
  private isSynced = false;
  private failures = 0;

  constructor(private readonly options: CacheOptions<T>) {}

  /** Whether everything was listed once. */
  get synced(): boolean {
    return this.isSynced;
  }

  get(name: string): T | undefined {
    return this.objects.get(name);
  }

  values(): T[] {
    return [...this.objects.values()];
  }

  /** Takes in an object that the API server answered to an own write. */
  observe(object: T): void {
    const before = this.objects.get(object.metadata.name);
    if (!before || isNewer(object.metadata.resourceVersion, before.metadata.resourceVersion)) {
      this.objects.set(object.metadata.name, object);
      this.options.onChange?.(object, before);
    }
  }

  /** Forgets an object that was removed by an own write. */
  forget(name: string): void {
    this.objects.delete(name);
  }

  /** Runs until the signal fires; never rejects. */
  async run(signal: AbortSignal): Promise<void> {
    const { path, observe, backoff = DEFAULT_BACKOFF } = this.options;
    while (!signal.aborted) {
      const begun = performance.now();
      try {
        if (this.isListDue()) await this.list(signal);
        await this.follow(signal);
        if (performance.now() - begun > SETTLED_MS) this.failures = 0;
        else await this.wait(signal, backoff);
      } catch (error) {
        if (signal.aborted) return;
        // A version that the server cannot go on from is not always called gone: after a restore it is in the future.
        if (isApiError(error, 'gone') || this.failures >= RELIST_AFTER) this.version = undefined;
        const waitMs = await this.wait(signal, backoff);
        observe?.({ event: 'failed', path, error, waitMs });
      }
    }
  }

  private async wait(signal: AbortSignal, backoff: BackoffOptions): Promise<number> {
    this.failures += 1;
    const ms = backoffMs(this.failures, backoff);
    await pause(ms, signal);
    return ms;
  }

  private isListDue(): boolean {
    const { resyncMs = RESYNC_MS } = this.options;
    return this.version === undefined || performance.now() - this.listedAt > resyncMs;
  }

  private async list(signal: AbortSignal): Promise<void> {
    const { api, path, query, observe } = this.options;
    const found = new Map<string, T>();
    let version: string | undefined;
    for await (const page of api.list<T>(path, { ...(query && { query }), signal })) {
      for (const object of page.items) found.set(object.metadata.name, object);
      version = page.resourceVersion;
    }
    // Lists are quorum reads: one that is older than the last means that the store was restored from an older copy.
    const wentBack = this.highest !== undefined && isNewer(this.highest, version);
    this.replaceAll(found, wentBack ? undefined : version);
    this.version = version;
    this.highest = version;
    this.listedAt = performance.now();
    this.isSynced = true;
    this.failures = 0;
    observe?.({ event: 'listed', path, count: found.size });
  }

  /** What was written after the list was made stays; without a version nothing does. */
  private replaceAll(found: ReadonlyMap<string, T>, version: string | undefined): void {
    const before = this.objects;
    const next = new Map(found);
    for (const [name, known] of before) {
      const { resourceVersion } = known.metadata;
      const listed = found.get(name);
      const isNewerThanList = version !== undefined && isNewer(resourceVersion, version);
      if (isNewerThanList && isNewer(resourceVersion, listed?.metadata.resourceVersion ?? version))
        next.set(name, known);
    }
    this.objects = next;
    for (const [name, now] of next) {
      const was = before.get(name);
      if (was?.metadata.resourceVersion !== now.metadata.resourceVersion) this.options.onChange?.(now, was);
    }
    for (const [name, was] of before) if (!next.has(name)) this.options.onChange?.(undefined, was);
  }

  /** One watch, until it ends or the next full list is due. */
  private async follow(signal: AbortSignal): Promise<void> {
    const { api, path, query, observe, silenceMs, resyncMs = RESYNC_MS } = this.options;
    const resync = AbortSignal.timeout(Math.max(1, Math.ceil(this.listedAt + resyncMs - performance.now())));
    const either = AbortSignal.any([signal, resync]);
    const resourceVersion = this.version ?? '';
    const options = { ...(query && { query }), resourceVersion, signal: either, ...(silenceMs && { silenceMs }) };
    try {
      for await (const { type, object } of api.watch<T>(path, options)) {
        this.version = object.metadata.resourceVersion ?? this.version;
        this.highest = this.version;
        if (type !== 'BOOKMARK') this.apply(type === 'DELETED', object);
      }
      observe?.({ event: 'watch-ended', path, why: 'ended' });
    } catch (error) {
      if (resync.aborted) return;
      observe?.({ event: 'watch-ended', path, why: isApiError(error, 'gone') ? 'gone' : 'failed' });
      throw error;
    }
  }

  private apply(deleted: boolean, object: T): void {
    const { name, resourceVersion } = object.metadata;
    const before = this.objects.get(name);
    if (before && !isNewer(resourceVersion, before.metadata.resourceVersion)) return;
    if (deleted) this.objects.delete(name);
    else this.objects.set(name, object);
    if (before || !deleted) this.options.onChange?.(deleted ? undefined : object, before);
  }
}
