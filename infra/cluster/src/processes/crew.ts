import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DAEMON_PATH } from '../environment.js';
import { endProcess, identify, isIdentity, isRunning, type ProcessIdentity, signalProcess } from './identity.js';

export interface Daemon {
  /** Names its record and its log file. */
  readonly name: string;
  readonly program: string;
  readonly args: readonly string[];
  /** Variables beside PATH and HOME. */
  readonly env?: Readonly<Record<string, string>>;
}

/** The daemons of one directory: `run/<name>.json` says which process each is, `log/<name>.log` what it printed. */
export interface Crew {
  /** Starts a daemon unless it runs. */
  start(daemon: Daemon): void;
  /** Ends a daemon, with SIGKILL at once unless there is a grace. */
  end(name: string, graceMs?: number): Promise<void>;
  /** Sends a signal to a daemon that runs; throws when there is none. */
  signal(name: string, signal: NodeJS.Signals): void;
  /** Who it is; undefined when it does not run. */
  find(name: string): ProcessIdentity | undefined;
  /** Every name with a record, running or not. */
  names(): string[];
  /** The end of a log. */
  lastWords(name: string): string;
  /**
   * Resolves when `probe` does with true. Throws when the daemon dies or time is up: with its last words, those of every
   * other daemon that has ended, and what `explain` knows.
   */
  await(
    what: string,
    name: string,
    patienceMs: number,
    probe: () => Promise<boolean>,
    explain?: () => Promise<string>,
  ): Promise<void>;
}

/** How long the daemons live: not longer than the process that started them, or until somebody ends them. */
export type Lifetime = 'caller' | 'own';

const LAST_WORDS = 3_000;

export const openCrew = (dir: string, lifetime: Lifetime): Crew => {
  const run = join(dir, 'run');
  const record = (name: string): string => join(run, `${name}.json`);
  const log = (name: string): string => join(dir, 'log', `${name}.log`);
  for (const folder of [run, join(dir, 'log')]) mkdirSync(folder, { recursive: true, mode: 0o700 });

  const find = (name: string): ProcessIdentity | undefined => {
    const identity = readRecord(record(name));
    return identity && isRunning(identity) ? identity : undefined;
  };
  const crew: Crew = {
    find,
    start(daemon) {
      if (find(daemon.name)) return;
      const identity = launch(daemon, log(daemon.name), dir, lifetime);
      if (identity) writeRecord(record(daemon.name), identity);
    },
    async end(name, graceMs = 0) {
      const identity = find(name);
      if (identity) await endProcess(identity, graceMs);
      rmSync(record(name), { force: true });
    },
    signal(name, signal) {
      const identity = find(name);
      if (!identity || !signalProcess(identity, signal)) throw new Error(`${name} does not run`);
    },
    names: () => readdirSync(run).flatMap((file) => (file.endsWith('.json') ? [file.slice(0, -'.json'.length)] : [])),
    lastWords: (name) => readText(log(name)).slice(-LAST_WORDS).trim(),
    async await(what, name, patienceMs, probe, explain = async () => '') {
      const deadline = performance.now() + patienceMs;
      while (!(await probe().catch(() => false))) {
        const problem = !find(name) ? `${name} ended` : performance.now() > deadline ? `no ${what} in time` : undefined;
        if (problem) {
          const others = crew.names().filter((other) => other !== name && !find(other));
          const last = others.map((other) => `${other} has ended as well: ${lastLines(crew.lastWords(other))}`);
          const why = await explain().catch((error: unknown) => `nothing more is known: ${String(error)}`);
          const words = `${problem}; the log of ${name} ends with:\n${crew.lastWords(name)}`;
          throw new Error([words, ...last, why].filter((part) => part !== '').join('\n'));
        }
        await sleep(50);
      }
    },
  };
  return crew;
};

const lastLines = (text: string): string => text.split('\n').slice(-5).join('\n');

/**
 * The daemon gets a session of its own and no descriptor of ours, so that neither a Ctrl-C nor a pipe of the caller
 * concerns it. When it shall not outlive the caller, the kernel sees to it (PR_SET_PDEATHSIG), even after a SIGKILL.
 */
const launch = (
  { program, args, env }: Daemon,
  log: string,
  home: string,
  lifetime: Lifetime,
): ProcessIdentity | undefined => {
  const out = openSync(log, 'a', 0o600);
  const bound = ['--pdeathsig', 'KILL', '--', program, ...args];
  const [command, given] = lifetime === 'caller' ? (['setpriv', bound] as const) : ([program, args] as const);
  const child = spawn(command, given, {
    cwd: '/',
    env: { PATH: DAEMON_PATH, HOME: home, ...env },
    detached: true,
    stdio: ['ignore', out, out],
  });
  closeSync(out);
  child.on('error', (error) => writeFileSync(log, `${error.message}\n`, { flag: 'a' }));
  child.unref();
  return child.pid === undefined ? undefined : identify(child.pid);
};

const readText = (path: string): string => {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
};

const readRecord = (path: string): ProcessIdentity | undefined => {
  try {
    const value: unknown = JSON.parse(readFileSync(path, 'utf8'));
    return isIdentity(value) ? value : undefined;
  } catch {
    return undefined;
  }
};

const writeRecord = (path: string, identity: ProcessIdentity): void => {
  writeFileSync(`${path}.new`, JSON.stringify(identity), { mode: 0o600 });
  renameSync(`${path}.new`, path);
};
