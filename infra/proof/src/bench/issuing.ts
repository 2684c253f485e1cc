import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { type Platform, startPlatform } from '@keyturn/local';
import { measure } from './load.js';
import type { Sample } from './statistics.js';

/** A running process of the platform: how much memory it holds, and how long it took from spawn to ready. */
export interface ProcessFigures {
  readonly name: string;
  readonly residentMb: number;
}

export interface IssuingResult {
  readonly samples: readonly Sample[];
  readonly processes: readonly ProcessFigures[];
  readonly platformReadyMs: number;
}

const CONNECTIONS = 16;

/** `GET /api/auth/token` with a session cookie: the issuer of a running platform, and stock Better Auth, in turns. */
export async function benchIssuing(rounds: number, seconds: number): Promise<IssuingResult> {
  const begun = performance.now();
  const platform = await startPlatform({
    processes: { auth: 1, tasks: 1 },
    env: { auth: { KEYTURN_RATE_LIMIT: 'false', LOG_LEVEL: 'warn' } },
  });
  const platformReadyMs = performance.now() - begun;
  const stock = await startStock(platform);
  try {
    const sides = [
      { variant: 'keyturn', ...(await signUp(issuerUrl(platform), platform.url)) },
      { variant: 'stock', ...(await signUp(stock.url, stock.url)) },
    ];
    const samples: Sample[] = [];
    for (let round = 1; round <= rounds; round++) {
      for (const { variant, url, cookie } of sides) {
        const result = await measure({ url, seconds, connections: CONNECTIONS, headers: () => ({ cookie }) });
        const { requestsPerSecond, failures } = result;
        samples.push({ framework: 'issuer', mode: 'token', variant, round, requestsPerSecond, failures });
      }
    }
    return { samples, processes: await figures(platform), platformReadyMs };
  } finally {
    stock.child.kill('SIGKILL');
    await platform.stop();
  }
}

const issuerUrl = (platform: Platform): string =>
  platform.processes().find(({ name }) => name === 'auth-1')?.url ?? platform.url;

async function startStock(platform: Platform): Promise<{ child: ChildProcess; url: string }> {
  if (!platform.postgres) throw new TypeError('the benchmark needs the embedded PostgreSQL');
  await platform.postgres.createDatabase('stock');
  const child = fork(new URL('./stock-token-server.js', import.meta.url), [platform.postgres.url('stock')]);
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
