interface Cookie {
  readonly value: string;
  /** Epoch milliseconds; Infinity for a cookie that lives as long as the browser. */
  readonly expiresAt: number;
}

const expiry = (attributes: readonly string[], now: number): number => {
  const named = (name: string): string | undefined =>
    attributes.find((attribute) => attribute.toLowerCase().startsWith(`${name}=`))?.slice(name.length + 1);
  const maxAge = named('max-age');
  if (maxAge !== undefined) return now + Number(maxAge) * 1_000;
  const expires = named('expires');
  return expires === undefined ? Number.POSITIVE_INFINITY : Date.parse(expires);
};

/** The cookies of one user for one origin, dropped when they expire, as a browser does. */
export class CookieJar {
  readonly #cookies = new Map<string, Cookie>();

  /** Takes the Set-Cookie headers of an answer. */
  take(headers: readonly string[], now: number): void {
    for (const header of headers) {
      const [pair = '', ...attributes] = header.split(';').map((part) => part.trim());
      const equals = pair.indexOf('=');
      if (equals < 1) continue;
      const name = pair.slice(0, equals);
      const expiresAt = expiry(attributes, now);
      if (expiresAt <= now) this.#cookies.delete(name);
      else this.#cookies.set(name, { value: pair.slice(equals + 1), expiresAt });
    }
  }

  /** The Cookie header; undefined when there is nothing to send. */
  header(now: number): string | undefined {
    const live = [...this.#cookies].filter(([, { expiresAt }]) => expiresAt > now);
    return live.length === 0 ? undefined : live.map(([name, { value }]) => `${name}=${value}`).join('; ');
  }

  /** The value of the cookie whose name ends like this, whatever its prefix. */
  valueOf(suffix: string, now: number): string | undefined {
    return [...this.#cookies].find(([name, { expiresAt }]) => name.endsWith(suffix) && expiresAt > now)?.[1].value;
  }

  /** When that cookie ends, epoch milliseconds; undefined when there is none. */
  endOf(suffix: string): number | undefined {
    return [...this.#cookies].find(([name]) => name.endsWith(suffix))?.[1].expiresAt;
  }

  /** Forgets cookies whose names end like this; all of them without a suffix, as when the browser was closed. */
  forget(suffix = ''): void {
    for (const name of this.#cookies.keys()) if (name.endsWith(suffix)) this.#cookies.delete(name);
  }
}
