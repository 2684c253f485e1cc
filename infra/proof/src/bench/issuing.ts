import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { type Platform, startPlatform } from '@keyturn/local';
import { type Measured, measure } from './load.js';
import type { Sample } from './statistics.js';

/** A running process of the platform and how much memory it holds. */
export interface ProcessFigures {
  readonly name: string;
  readonly residentMb: number;
}

export interface IssuingResult {
  readonly samples: readonly Sample[];
  readonly processes: readonly ProcessFigures[];
  readonly platformReadyMs: number;
}

export type IssuingSide = 'keyturn' | 'stock';

/** The issuer of a running platform, and stock Better Auth on the same database server. */
export interface Issuers {
  readonly platform: Platform;
  readonly readyMs: number;
  /** `GET /api/auth/token` with a session cookie, for some seconds. */
  measure(side: IssuingSide, seconds: number): Promise<Measured>;
  /** Both end by themselves, so that they write their profiles. */
  stop(): Promise<void>;
}

const CONNECTIONS = 16;

/** `argumentsOf`: what Node itself is told when it runs one of the two. */
export async function startIssuers(argumentsOf: (side: IssuingSide) => string[] = () => []): Promise<Issuers> {
  const begun = performance.now();
  const options = argumentsOf('keyturn').join(' ');
  const platform = await startPlatform({
    processes: { auth: 1, tasks: 1 },
    env: { auth: { KEYTURN_RATE_LIMIT: 'false', LOG_LEVEL: 'warn', ...(options && { NODE_OPTIONS: options }) } },
  });
  const readyMs = performance.now() - begun;
  const stock = await startStock(platform, argumentsOf('stock'));
  const sides = {
    keyturn: await signUp(issuerUrl(platform), platform.url),
    stock: await signUp(stock.url, stock.url),
  };
  return {
    platform,
    readyMs,
    measure: (side, seconds) => {
      const { url, cookie } = sides[side];
      return measure({ url, seconds, connections: CONNECTIONS, headers: () => ({ cookie }) });
    },
    stop: async () => {
      const ended = once(stock.child, 'exit');
      stock.child.disconnect();
      await ended;
      await platform.stop();
    },
  };
}

/** Both sides in turns. */
export async function benchIssuing(rounds: number, seconds: number): Promise<IssuingResult> {
  const issuers = await startIssuers();
  try {
    const samples: Sample[] = [];
    for (let round = 1; round <= rounds; round++) {
      for (const variant of ['keyturn', 'stock'] as const) {
        const measured = await issuers.measure(variant, seconds);
        samples.push({ framework: 'issuer', mode: 'token', variant, round, ...measured });
      }
    }
    return { samples, processes: await figures(issuers.platform), platformReadyMs: issuers.readyMs };
  } finally {
    await issuers.stop();
  }
}

const issuerUrl = (platform: Platform): string =>
  platform.processes().find(({ name }) => name === 'auth-1')?.url ?? platform.url;

async function startStock(platform: Platform, execArgv: string[]): Promise<{ child: ChildProcess; url: string }> {
  if (!platform.postgres) throw new TypeError('the benchmark needs the embedded PostgreSQL');
  await platform.postgres.createDatabase('stock');
  const program = new URL('./stock-token-server.js', import.meta.url);
  const child = fork(program, [platform.postgres.url('stock')], { execArgv });
  const [{ url }] = (await once(child, 'message')) as [{ url: string }];
  return { child, url };
}

async function signUp(server: string, origin: string): Promise<{ url: string; cookie: string }> {
  const body = { email: 'bench@example.com', password: 'benchmark-password', name: 'Bench' };
  const answer = await fetch(`${server}/api/auth/sign-up/email`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`sign-up answered ${answer.status}`);
  const cookie = answer.headers
    .getSetCookie()
    .map((text) => text.split(';')[0])
    .join('; ');
  return { url: `${server}/api/auth/token`, cookie };
}

async function figures(platform: Platform): Promise<ProcessFigures[]> {
  const running = platform.processes().filter(({ pid }) => pid !== null);
  return Promise.all(running.map(async ({ name, pid }) => ({ name, residentMb: await residentMb(pid ?? 0) })));
}

/** VmRSS of /proc; NaN where there is none. */
async function residentMb(pid: number): Promise<number> {
  const text = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return Math.round(Number(/VmRSS:\s+(\d+)/.exec(text)?.[1] ?? Number.NaN) / 1024);
}
