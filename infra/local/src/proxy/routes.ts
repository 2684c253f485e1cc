/** A path that a service answers, as in the routes of the chart. */
export interface RouteRule {
  readonly service: string;
  readonly path: string;
  /** `Prefix` ends at a slash; a `Regex` has to match the whole path. */
  readonly type: 'Prefix' | 'Exact' | 'Regex';
}

/** Who answers a path: a service, the launcher itself, or nobody. */
export type Route = { readonly service: string } | 'page' | undefined;

/** The launcher's own paths; without a front end `/` is one as well. */
export const PAGE_PREFIX = '/_keyturn/';

const matcherOf = ({ path, type }: RouteRule): ((path: string) => boolean) => {
  if (type === 'Regex') {
    const pattern = new RegExp(`^(?:${path})$`);
    return (asked) => pattern.test(asked);
  }
  return (asked) => asked === path || (type === 'Prefix' && asked.startsWith(`${path}/`));
};

/** Paths of services; what is not one of a rule is nobody's, whatever the front end would say to it. */
const SERVICES = ['/api/', '/.well-known/'];

/**
 * The route of a request target, first match first; `rest` has the pages, which is what no rule names. A target that is no
 * path (`*`, `host:port`) has none.
 */
export const createRouter = (rules: readonly RouteRule[], rest?: string): ((target: string) => Route) => {
  const matchers = rules.map((rule) => ({ service: rule.service, matches: matcherOf(rule) }));
  return (target) => {
    const path = target.split('?', 1)[0] ?? '';
    const found = matchers.find(({ matches }) => matches(path));
    if (found) return { service: found.service };
    if (path.startsWith(PAGE_PREFIX)) return 'page';
    if (rest === undefined) return path === '/' ? 'page' : undefined;
    return path.startsWith('/') && !SERVICES.some((prefix) => path.startsWith(prefix)) ? { service: rest } : undefined;
  };
};
