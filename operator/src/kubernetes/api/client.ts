import type { Connection } from './connection.js';
import { ApiError, isApiError, isWrite, type Verb } from './errors.js';
import { bodyOf, type Call, exchange } from './exchange.js';
import type { KubeObject, Page, WatchEvent } from './objects.js';
import { readWatch } from './watch-stream.js';

export type Query = Readonly<Record<string, string | number | undefined>>;

export interface CallOptions {
  readonly query?: Query;
  readonly signal?: AbortSignal;
  /** Milliseconds; default 10 s. */
  readonly timeoutMs?: number;
}

export interface WatchOptions {
  readonly query?: Query;
  readonly resourceVersion: string;
  readonly signal: AbortSignal;
  /** A watch that says nothing for longer, not even a bookmark, is dead. Milliseconds, default 120 s. */
  readonly silenceMs?: number;
}

/** The API server as this operator uses it. Each call ends: by its answer, its time, or its signal. Throws ApiError. */
export interface ApiClient {
  /** A quorum read: it is never answered from a cache of the API server. Undefined = there is no such object. */
  get<T extends KubeObject>(path: string, options?: CallOptions): Promise<T | undefined>;
  create<T extends KubeObject>(path: string, object: object, options?: CallOptions): Promise<T>;
  /** A compare-and-swap, if the object has its resourceVersion. */
  replace<T extends KubeObject>(path: string, object: object, options?: CallOptions): Promise<T>;
  /** A JSON merge patch; with `metadata.resourceVersion` a compare-and-swap. */
  patch<T extends KubeObject>(path: string, patch: object, options?: CallOptions): Promise<T>;
  /** Resolves also when there is nothing to remove. */
  remove(path: string, options?: CallOptions & { readonly uid?: string }): Promise<void>;
  /** A quorum list in pages. Throws `gone` when it took so long that the next page is lost: begin again. */
  list<T extends KubeObject>(path: string, options?: CallOptions): AsyncGenerator<Page<T>>;
  /** Ends when the server ends it; throws `gone` when the version is too old to go on from. */
  watch<T extends KubeObject>(path: string, options: WatchOptions): AsyncGenerator<WatchEvent<T>>;
}

/** What the client has done, for metrics. */
export interface ApiCallEvent {
  readonly verb: Verb | 'LIST' | 'WATCH';
  /** The path without names: `/api/v1/secrets`. */
  readonly resource: string;
  /** HTTP status, or the kind of failure. */
  readonly outcome: string;
  readonly seconds: number;
}

export interface ClientOptions {
  readonly connection: Connection;
  readonly observe?: (event: ApiCallEvent) => void;
  /** Called before each write; throws when this process may not write any more. */
  readonly fence?: () => void;
  /** Ends every call. */
  readonly signal?: AbortSignal;
}

const TIMEOUT_MS = 10_000;
/** Small: a page is parsed whole, a pod takes some 10 KB, and nothing of it is kept. */
const PAGE = 50;
/** How long the server keeps a watch; spread, so that watches are not all renewed at once. */
const watchSeconds = (): number => 240 + Math.floor(Math.random() * 60);

const withQuery = (path: string, query: Query = {}): string => {
  const given = Object.entries(query).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]]));
  return given.length === 0 ? path : `${path}?${new URLSearchParams(given as [string, string][])}`;
};

const resourceOf = (path: string): string =>
  path.replace(/\/namespaces\/[^/]+\/(?=[^/]+)/, '/').replace(/^(\/(?:api\/v1|apis\/[^/]+\/[^/]+)\/[^/?]+).*$/, '$1');

class RestClient implements ApiClient {
  constructor(private readonly options: ClientOptions) {}

  async get<T extends KubeObject>(path: string, options: CallOptions = {}): Promise<T | undefined> {
    try {
      return await this.call<T>('GET', path, options);
    } catch (error) {
      if (isApiError(error, 'notFound')) return undefined;
      throw error;
    }
  }

  create<T extends KubeObject>(path: string, object: object, options: CallOptions = {}): Promise<T> {
    return this.call<T>('POST', path, options, object);
  }

  replace<T extends KubeObject>(path: string, object: object, options: CallOptions = {}): Promise<T> {
    return this.call<T>('PUT', path, options, object);
  }

  patch<T extends KubeObject>(path: string, patch: object, options: CallOptions = {}): Promise<T> {
    return this.call<T>('PATCH', path, options, patch);
  }

  async remove(path: string, { uid, ...options }: CallOptions & { readonly uid?: string } = {}): Promise<void> {
    const body = { apiVersion: 'v1', kind: 'DeleteOptions', ...(uid !== undefined && { preconditions: { uid } }) };
    try {
      await this.call('DELETE', path, options, body);
    } catch (error) {
      // Gone already, or another object of the same name: in both cases the one that was meant is not there.
      if (!isApiError(error, 'notFound') && !(uid !== undefined && isApiError(error, 'conflict'))) throw error;
    }
  }

  async *list<T extends KubeObject>(path: string, options: CallOptions = {}): AsyncGenerator<Page<T>> {
    let next: string | undefined;
    do {
      const query = { ...options.query, limit: PAGE, continue: next };
      const page = await this.call<ListBody<T>>('GET', path, { ...options, query }, undefined, 'LIST');
      next = page.metadata.continue || undefined;
      yield { items: page.items, resourceVersion: page.metadata.resourceVersion };
    } while (next !== undefined);
  }

  async *watch<T extends KubeObject>(path: string, options: WatchOptions): AsyncGenerator<WatchEvent<T>> {
    const { resourceVersion, silenceMs = 120_000 } = options;
    const seconds = watchSeconds();
    const query = { ...options.query, watch: 1, allowWatchBookmarks: 'true', resourceVersion, timeoutSeconds: seconds };
    const own = new AbortController();
    const signal = AbortSignal.any([own.signal, options.signal, ...this.ends()]);
    const call: Call = { verb: 'GET', path: withQuery(path, query), signal };
    try {
      const answer = await this.observed('WATCH', path, async () => {
        const opening = setTimeout(() => own.abort(timeout()), TIMEOUT_MS);
        return exchange(this.options.connection, call).finally(() => clearTimeout(opening));
      });
      yield* readWatch<T>(call, answer, silenceMs);
    } finally {
      own.abort();
    }
  }

  private ends(): AbortSignal[] {
    return this.options.signal ? [this.options.signal] : [];
  }

  private async call<T>(verb: Verb, path: string, options: CallOptions, body?: object, name: Name = verb): Promise<T> {
    if (isWrite(verb)) this.options.fence?.();
    // Whole milliseconds only, and not below zero: what is left of a lease is neither.
    const time = AbortSignal.timeout(Math.max(0, Math.ceil(options.timeoutMs ?? TIMEOUT_MS)));
    const call: Call = {
      verb,
      path: withQuery(path, options.query),
      signal: AbortSignal.any([time, ...(options.signal ? [options.signal] : []), ...this.ends()]),
      ...(body && { body: JSON.stringify(body) }),
      ...(verb === 'PATCH' && { contentType: 'application/merge-patch+json' }),
    };
    // A request that was never sent is not ambiguous.
    if (call.signal.aborted) throw new ApiError('aborted', `${verb} ${path}: not sent, the work has ended`);
    return this.observed(name, path, async () => bodyOf<T>(call, await exchange(this.options.connection, call)));
  }

  private async observed<T>(verb: Name, path: string, work: () => Promise<T>): Promise<T> {
    const begun = performance.now();
    const report = (outcome: string): void => {
      const seconds = (performance.now() - begun) / 1000;
      this.options.observe?.({ verb, resource: resourceOf(path), outcome, seconds });
    };
    try {
      const result = await work();
      report('ok');
      return result;
    } catch (error) {
      report(error instanceof ApiError ? error.kind : 'failed');
      throw error;
    }
  }
}

type Name = ApiCallEvent['verb'];

interface ListBody<T> {
  readonly items: readonly T[];
  readonly metadata: { readonly resourceVersion: string; readonly continue?: string };
}

const timeout = (): DOMException => new DOMException('no answer in time', 'TimeoutError');

export const createApiClient = (options: ClientOptions): ApiClient => new RestClient(options);
