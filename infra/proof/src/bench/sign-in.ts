import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { DEMO_RINGS, type Platform, startPlatform, TOKEN_RING } from '@keyturn/local';
import { measure } from './load.js';
import { median } from './statistics.js';

/** What sign-ins take from a platform with one process of the issuer and one of a guarded service. */
export interface SignInFigures {
  readonly signInsPerSecond: number;
  readonly tokensPerSecond: number;
  readonly rounds: readonly Round[];
  /** Answers other than 200. */
  readonly failures: number;
}

/** p99 of guarded calls, milliseconds. */
export interface Round {
  /** Nobody signs in. */
  readonly alone: number;
  /** Two people a second sign in. */
  readonly busy: number;
  /** Nobody signs in, but a process that has nothing to do with the platform hashes as many passwords: what the machine itself takes. */
  readonly beside: number;
}

const HASHES = fileURLToPath(new URL('./hashes-main.js', import.meta.url));

/** Guarded calls a second; far below what the service can do, so that what is measured is the wait for a processor. */
const CALLS_PER_SECOND = 100;
const SIGN_INS_PER_SECOND = 2;
/** As many as may hash at the same time, so that none is turned away. */
const SIGNING_IN = 2;

/** Until code that is often run is compiled; else the first round flatters. */
const WARM_UP_SECONDS = 5;

const person = { email: 'bench-sign-in@example.com', password: 'a benchmark passphrase' };

export async function benchSignIn(count: number, seconds: number): Promise<SignInFigures> {
  // The token of the calls outlives the measurement, and no rotation is part of it.
  const tokens = { ...DEMO_RINGS[TOKEN_RING]!, maxCredentialLifetime: '1h', rotation: { interval: null } };
  const platform = await startPlatform({
    processes: { auth: 1, tasks: 1 },
    services: ['tasks'],
    rings: { ...DEMO_RINGS, [TOKEN_RING]: tokens },
    env: { auth: { KEYTURN_RATE_LIMIT: 'false', LOG_LEVEL: 'warn' } },
  });
  try {
    return await figuresOf(await signedUp(platform), count, seconds);
  } finally {
    await platform.stop();
  }
}

const figuresOf = async (calls: Calls, count: number, seconds: number): Promise<SignInFigures> => {
  const guarded = (): Promise<Paced> => paced(CALLS_PER_SECOND, seconds, calls.guarded);
  await paced(CALLS_PER_SECOND, WARM_UP_SECONDS, calls.guarded);
  await inTurn(SIGNING_IN, WARM_UP_SECONDS, calls.signIn);
  const rounds: Round[] = [];
  let failures = 0;
  for (let round = 0; round < count; round += 1) {
    const alone = await guarded();
    const [busy, others] = await Promise.all([guarded(), paced(SIGN_INS_PER_SECOND, seconds, calls.signIn)]);
    const beside = await besideHashes(guarded);
    const [quiet, signing, foreign] = [alone, busy, beside].map(({ latencies }) => p99(latencies));
    rounds.push({ alone: quiet!, busy: signing!, beside: foreign! });
    failures += alone.failures + busy.failures + others.failures + beside.failures;
  }
  const signIns = await inTurn(SIGNING_IN, seconds, calls.signIn);
  const { url, headers } = calls.token;
  const tokens = await measure({ url, seconds, connections: 16, headers: () => headers });
  return {
    signInsPerSecond: signIns.count / seconds,
    tokensPerSecond: tokens.requestsPerSecond,
    rounds,
    failures: failures + signIns.failures + tokens.failures,
  };
};

/** While another process hashes as many passwords a second as people would sign in. */
const besideHashes = async <T>(work: () => Promise<T>): Promise<T> => {
  const hashes = spawn(process.execPath, [HASHES, String(SIGN_INS_PER_SECOND)], { stdio: 'ignore' });
  try {
    return await work();
  } finally {
    const exited = once(hashes, 'exit');
    hashes.kill();
    await exited;
  }
};

const inMs = (values: readonly number[]): string =>
  `${median(values).toFixed(1)} ms (${values.map((value) => value.toFixed(1)).join(', ')})`;

export const signInReport = ({ signInsPerSecond, tokensPerSecond, rounds, failures }: SignInFigures): string => {
  const inTimes = (of: (round: Round) => number): string => {
    const ratios = rounds.map(of);
    return `${median(ratios).toFixed(2)} × (${ratios.map((ratio) => ratio.toFixed(2)).join(', ')})`;
  };
  const perSecond = `${SIGN_INS_PER_SECOND} sign-ins a second`;
  return [
    '| figure | median of the rounds (all) |',
    '| --- | --- |',
    `| p99 of guarded calls, ${CALLS_PER_SECOND} a second, nobody signs in | ${inMs(rounds.map(({ alone }) => alone))} |`,
    `| p99 of the same with ${perSecond} | ${inMs(rounds.map(({ busy }) => busy))} |`,
    `| p99 of the same, nobody signs in, and ${SIGN_INS_PER_SECOND} hashes a second by a process outside | ${inMs(rounds.map(({ beside }) => beside))} |`,
    `| sign-ins against nobody, within a round | ${inTimes(({ alone, busy }) => busy / alone)}; goal at most 1.5 × |`,
    `| hashes outside against nobody: what the machine itself takes | ${inTimes(({ alone, beside }) => beside / alone)} |`,
    `| sign-ins against hashes outside: what the issuer adds | ${inTimes(({ busy, beside }) => busy / beside)} |`,
    `| sign-ins, ${SIGNING_IN} at a time, one issuer | ${signInsPerSecond.toFixed(1)} a second |`,
    `| access tokens from a session, one issuer | ${Math.round(tokensPerSecond)} a second |`,
    `| answers other than 200 | ${failures} |`,
  ].join('\n');
};

type Call = () => Promise<boolean>;

interface Calls {
  readonly guarded: Call;
  readonly signIn: Call;
  readonly token: { readonly url: string; readonly headers: Record<string, string> };
}

async function signedUp(platform: Platform): Promise<Calls> {
  const urlOf = (name: string): string => platform.processes().find((process) => process.name === name)?.url ?? '';
  const [auth, tasks, origin] = [urlOf('auth-1'), urlOf('tasks-1'), platform.url];
  const post = (path: string, body: object): Promise<Response> =>
    fetch(`${auth}/api/auth${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin },
      body: JSON.stringify(body),
    });
  let answer = await post('/sign-up/email', { ...person, name: 'Bench' });
  // The first secret is made, proven and activated while the platform is ready already.
  for (let tries = 0; answer.status === 503 && tries < 60; tries += 1) {
    await new Promise((next) => setTimeout(next, 500));
    answer = await post('/sign-up/email', { ...person, name: 'Bench' });
  }
  if (!answer.ok) throw new Error(`sign-up answered ${answer.status}`);
  const { user } = (await answer.json()) as { user: { id: string } };
  const cookie = answer.headers
    .getSetCookie()
    .map((line) => line.split(';')[0])
    .join('; ');
  const token = { url: `${auth}/api/auth/token`, headers: { cookie } };
  const issued = (await (await fetch(token.url, { headers: token.headers })).json()) as { token: string };
  const headers = { authorization: `Bearer ${issued.token}` };
  const isOk = async (response: Promise<Response>): Promise<boolean> => {
    const { ok, body } = await response;
    await body?.cancel();
    return ok;
  };
  return {
    guarded: () => isOk(fetch(`${tasks}/api/${user.id}/tasks`, { headers })),
    signIn: () => isOk(post('/sign-in/email', person)),
    token,
  };
}

interface Paced {
  /** Milliseconds, of answers that were good. */
  readonly latencies: number[];
  readonly failures: number;
}

/** Calls at a steady rate, whether earlier ones were answered or not. */
async function paced(perSecond: number, seconds: number, call: Call): Promise<Paced> {
  const latencies: number[] = [];
  let failures = 0;
  const one = async (n: number): Promise<void> => {
    await new Promise((next) => setTimeout(next, (n * 1_000) / perSecond));
    const begun = performance.now();
    if (await call().catch(() => false)) latencies.push(performance.now() - begun);
    else failures += 1;
  };
  await Promise.all(Array.from({ length: perSecond * seconds }, (_one, n) => one(n)));
  return { latencies, failures };
}

/** Calls one after another in each of some lanes. */
async function inTurn(lanes: number, seconds: number, call: Call): Promise<{ count: number; failures: number }> {
  const end = performance.now() + seconds * 1_000;
  let count = 0;
  let failures = 0;
  const lane = async (): Promise<void> => {
    while (performance.now() < end) {
      if (await call().catch(() => false)) count += 1;
      else failures += 1;
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return { count, failures };
}

const p99 = (latencies: readonly number[]): number =>
  latencies.toSorted((a, b) => a - b)[Math.floor(latencies.length * 0.99)] ?? Number.NaN;
