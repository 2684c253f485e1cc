import { createDatabase } from './databases.js';
import type { Database } from './types.js';

/**
 * A server that somebody else runs, by its connection URL. The URL's own database is where databases are created from,
 * so its user needs the right to create them (or they exist already).
 * Throws a TypeError when the URL is not one of PostgreSQL; the message does not repeat it (it holds a password).
 */
export const usePostgres = (url: string): Database => {
  let base: URL;
  try {
    base = new URL(url);
  } catch {
    throw new TypeError('the database URL is not a URL: expected postgres://user:password@host:port/database');
  }
  if (!/^postgres(ql)?:$/.test(base.protocol)) {
    throw new TypeError(`the database URL must start with postgres://, not ${base.protocol}//`);
  }
  return {
    url: (database) => {
      const other = new URL(base);
      other.pathname = `/${encodeURIComponent(database)}`;
      return other.href;
    },
    createDatabase: (name) => createDatabase(url, name),
    stop: async () => undefined,
  };
};
