export type ServiceName = 'auth' | 'tasks';

/** Who answers a path: a service, the launcher itself, or nobody. */
export type Route = ServiceName | 'page' | undefined;

/** The launcher's own paths besides `/`. */
export const PAGE_PREFIX = '/_keyturn/';

const below = (path: string, prefix: string): boolean => path === prefix || path.startsWith(`${prefix}/`);

/** The route of a request target, first match first. A target that is no path (`*`, `host:port`) has none. */
export const routeOf = (target: string): Route => {
  const path = target.split('?', 1)[0] ?? '';
  if (below(path, '/api/auth') || below(path, '/api/admin') || below(path, '/.well-known')) return 'auth';
  if (/^\/api\/[^/]+\/tasks(\/|$)/.test(path)) return 'tasks';
  if (path === '/' || path.startsWith(PAGE_PREFIX)) return 'page';
  return undefined;
};
