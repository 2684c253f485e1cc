type Variables = Readonly<Record<string, string | undefined>>;

/** The only place where the front end reads its environment. */
export interface Environment {
  /** Where this server reaches the auth service; the browser reaches it under the page's own origin. */
  readonly authUrl: string;
  /** The public origin; decides about cookies and upgrades to https. */
  readonly baseUrl: string;
}

const DEFAULT = 'http://localhost:8080';

/** Throws an Error that names the variable and its rule. */
export const readEnvironment = (variables: Variables = process.env): Environment => {
  const origin = (name: string, fallback: string): string => {
    const value = variables[name] || fallback;
    if (!URL.canParse(value) || !/^https?:$/.test(new URL(value).protocol)) {
      throw new Error(`${name}: must be an http or https address`);
    }
    return new URL(value).origin;
  };
  const baseUrl = origin('KEYTURN_BASE_URL', DEFAULT);
  return { baseUrl, authUrl: origin('KEYTURN_AUTH_URL', baseUrl) };
};

/** How the process ends. */
export interface Shutdown {
  /** After SIGTERM it still answers for so long, with `connection: close`. */
  readonly drainWindowMs: number;
  /** A process that has not ended so long after SIGTERM is ended. */
  readonly deadlineMs: number;
}

const DURATION = /^(?=\d)(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?(?:(\d+)ms)?$/;
const UNITS_MS = [3_600_000, 60_000, 1_000, 1];

/** The same variables, limits and defaults as other services have. Throws an Error that names the variable and its rule. */
export const readShutdown = (variables: Variables = process.env): Shutdown => {
  const duration = (name: string, fallback: string, minMs: number, maxMs: number): number => {
    const parts = DURATION.exec(variables[name] || fallback);
    const ms = UNITS_MS.reduce((sum, unit, at) => sum + Number(parts?.[at + 1] ?? 0) * unit, 0);
    if (parts && ms >= minMs && ms <= maxMs) return ms;
    throw new Error(`${name}: must be a duration such as "1500ms", "30s" or "1m", from ${minMs} to ${maxMs} ms`);
  };
  return {
    drainWindowMs: duration('KEYTURN_DRAIN_WINDOW', '2s', 0, 600_000),
    deadlineMs: duration('KEYTURN_SHUTDOWN_DEADLINE', '25s', 1_000, 3_600_000),
  };
};
