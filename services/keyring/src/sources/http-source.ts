import { parseRingDocument } from '../document/codec.js';
import type { PublicRingDocument } from '../document/document.js';
import { KeyringError } from '../document/errors.js';
import { type BoundedHttpOptions, createBoundedHttp, type HttpAnswer } from './bounded-http.js';

export interface HttpSourceOptions extends BoundedHttpOptions {
  readonly ring: string;
  /** Base URLs of document servers, in order of preference. `http:` or `https:`. */
  readonly urls: readonly string[];
}

export interface FetchOptions {
  /** Ask for an answer that rests on a read of the truth which began after this call (P1). */
  readonly confirm?: boolean;
  readonly signal?: AbortSignal;
}

/** The public ring document over HTTP. */
export interface HttpSource {
  /**
   * Undefined when the servers that answered know no such ring. Throws KeyringError ERR_TRUTH_UNREADABLE (confirm) or
   * ERR_RING_UNAVAILABLE when no server gave a usable answer, ERR_RING_SCHEMA_NEWER when only newer ones did.
   */
  fetch(options?: FetchOptions): Promise<PublicRingDocument | undefined>;
  close(): void;
}

const baseUrls = (urls: readonly string[]): URL[] => {
  if (urls.length === 0) throw new TypeError('urls must name at least one document server');
  return urls.map((text) => {
    const url = URL.canParse(text) ? new URL(text) : undefined;
    if (!url || !/^https?:$/.test(url.protocol) || url.username || url.search || url.hash) {
      throw new TypeError('each of urls must be an http or https base URL without credentials, query or fragment');
    }
    if (!url.pathname.endsWith('/')) url.pathname += '/';
    return url;
  });
};

const parsePublic = (text: string, ring: string): PublicRingDocument => {
  const document = parseRingDocument(text);
  const wrong = (field: string, rule: string) =>
    new KeyringError('ERR_RING_INVALID', `${field}: ${rule}`, { ring, field });
  if (document.form !== 'public') throw wrong('form', 'must be public over HTTP');
  if (document.ring !== ring) throw wrong('ring', 'must be the ring that was asked for');
  return document;
};

const noServer = (ring: string, confirm: boolean, failures: readonly unknown[]): KeyringError => {
  const newer = failures.find((error) => error instanceof KeyringError && error.code === 'ERR_RING_SCHEMA_NEWER');
  if (newer) return newer as KeyringError;
  const reasons = failures.map((error) => (error instanceof Error ? error.message : String(error))).join('; ');
  const code = confirm ? 'ERR_TRUTH_UNREADABLE' : 'ERR_RING_UNAVAILABLE';
  return new KeyringError(code, `no document server gave ring ${ring}: ${reasons}`, { ring, retryAfterMs: 1000 });
};

/**
 * Asks one server after the other, beginning with the last that worked. Repeated reads are conditional: an unchanged
 * ring costs a 304, and a 304 confirms as a body does.
 */
export const createHttpSource = ({ ring, urls, ...limits }: HttpSourceOptions): HttpSource => {
  const bases = baseUrls(urls);
  const client = createBoundedHttp(limits);
  let preferred = 0;
  let last: { readonly etag: string; readonly document: PublicRingDocument } | undefined;

  const understand = (result: HttpAnswer, host: string, asked: typeof last): PublicRingDocument | undefined => {
    if (result.status === 304 && asked) return asked.document;
    if (result.status === 404) return undefined;
    if (result.status !== 200) throw new Error(`${host} answered ${result.status}`);
    const document = parsePublic(result.body, ring);
    last = result.etag ? { etag: result.etag, document } : undefined;
    return document;
  };

  const askOne = async (base: URL, { confirm, signal }: FetchOptions): Promise<PublicRingDocument | undefined> => {
    const asked = last;
    const url = new URL(`keyturn/v1/rings/${ring}/document${confirm ? '?confirm=true' : ''}`, base);
    const headers = { accept: 'application/json', ...(asked && { 'if-none-match': asked.etag }) };
    const result = await client.send(url, { headers, ...(signal && { signal }) });
    return understand(result, base.host, asked);
  };

  return {
    fetch: async (options = {}) => {
      const failures: unknown[] = [];
      let unknownSomewhere = false;
      for (let turn = 0; turn < bases.length; turn++) {
        const index = (preferred + turn) % bases.length;
        try {
          options.signal?.throwIfAborted();
          const document = await askOne(bases[index]!, options);
          if (document) {
            preferred = index;
            return document;
          }
          unknownSomewhere = true;
        } catch (error) {
          if (options.signal?.aborted) throw options.signal.reason;
          failures.push(error);
        }
      }
      if (unknownSomewhere && failures.length === 0) return undefined;
      throw noServer(ring, options.confirm === true, failures);
    },
    close: () => client.close(),
  };
};
