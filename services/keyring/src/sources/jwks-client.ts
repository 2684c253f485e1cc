import type { PublicJwk } from '../document/document.js';
import { foreignJwk } from '../document/foreign-jwk.js';
import { parseJson } from '../document/json.js';
import { type BoundedHttpOptions, createBoundedHttp } from './bounded-http.js';

/** Fetches a whole JWK set. */
export interface JwksClient {
  /** The keys by kid; at least one. Throws when the answer is no JWK set, or one without a usable signing key. */
  fetch(): Promise<ReadonlyMap<string, PublicJwk>>;
  close(): void;
}

const keysOf = (value: unknown): readonly unknown[] => {
  const keys = (value as { readonly keys?: unknown } | null)?.keys;
  if (!Array.isArray(keys)) throw new Error('the answer is no JWK set');
  return keys;
};

/**
 * jwks-rsa as the client: it decides which keys of a set are signing keys and imports each once. Its own cache and rate
 * limit stay off: they work by kid, and a rate limit by kid keeps a new key out. The transport is bounded in time and size.
 */
export const createJwksClient = (url: URL, options: BoundedHttpOptions): JwksClient => {
  const http = createBoundedHttp(options);
  let keys: readonly unknown[] = [];
  const fetcher = async (): Promise<{ keys: unknown }> => {
    const { status, body } = await http.send(url, {
      headers: { accept: 'application/jwk-set+json, application/json' },
    });
    if (status !== 200) throw new Error(`${url.host} answered ${status}`);
    keys = keysOf(parseJson(body));
    return { keys };
  };
  // Loaded at first use: only processes that trust a foreign issuer need it.
  const open = async () =>
    (await import('jwks-rsa')).default({ jwksUri: url.href, fetcher, cache: false, rateLimit: false });
  let opening: ReturnType<typeof open> | undefined;
  return {
    fetch: async () => {
      const client = await (opening ??= open());
      const importable = new Set((await client.getSigningKeys()).map(({ kid }) => kid));
      const usable = keys.flatMap((key) => foreignJwk(key) ?? []).filter(({ kid }) => importable.has(kid));
      if (usable.length === 0) throw new Error(`${url.host} published no signing key that can be used`);
      return new Map(usable.map((key) => [key.kid, key]));
    },
    close: () => http.close(),
  };
};
