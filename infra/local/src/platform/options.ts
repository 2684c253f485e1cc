import type { RingPolicy } from './rings.js';

export interface PlatformOptions {
  /** Where everything is kept. Omitted: a temporary directory that `stop` removes. */
  readonly dir?: string;
  /** Ports of the one address, tried in this order. Default: any. */
  readonly ports?: readonly number[];
  /** Ports of the mail pages, tried in this order. Default: any. */
  readonly mailPorts?: readonly number[];
  /** An existing PostgreSQL server instead of the embedded one. */
  readonly databaseUrl?: string;
  /** Values as YAML, in place of the chart's own. */
  readonly values?: string;
  /** Services besides the issuer; default: all in the chart's values that this workspace has. */
  readonly services?: readonly string[];
  /** Services in Python as well, where this machine has one. Default false. */
  readonly python?: boolean;
  /** The front end as well; it has to be built. Default false. */
  readonly web?: boolean;
  /** Processes of each service; default 2, of one in Python 1. */
  readonly processes?: Readonly<Record<string, number>>;
  /** Policies of the rings by name, in place of those for show. */
  readonly rings?: Readonly<Record<string, RingPolicy>>;
  /** Further variables by service (`auth`, `tasks`, …, `operator`), for one process (`auth-1`), or for `all`. */
  readonly env?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** With `false` the operator is not started: `start('operator')` does. Rings that do not exist keep services waiting. */
  readonly operator?: boolean;
  /** Forgets everything that earlier starts kept in `dir`, first. Databases of an existing server are left alone. */
  readonly reset?: boolean;
  /** Makes the demo login. Default false. */
  readonly demo?: boolean;
  /** With `demo`: somebody who uses the platform twice a second, so that there is something to see. Default false. */
  readonly visitor?: boolean;
  /** Gives up the start and ends what was started. */
  readonly signal?: AbortSignal;
  /** Told what is being done. */
  readonly progress?: (progress: Progress) => void;
  /** Longest time until everything is ready, milliseconds. Default 90,000. */
  readonly startTimeoutMs?: number;
}

/** A step of the start; `note` says what came of it, or why it is left out. */
export interface Progress {
  readonly step: string;
  readonly state: 'begun' | 'done' | 'left out';
  readonly note?: string;
}

/** A process as `local.json` and tools see it. */
export interface ProcessInfo {
  /** `auth-1`, `auth-2`, `tasks-1`, …, `operator` */
  readonly name: string;
  /** null while there is none. */
  readonly pid: number | null;
  readonly url: string;
  readonly managementUrl: string;
  readonly log: string;
}

export interface DemoLogin {
  readonly email: string;
  readonly password: string;
}
