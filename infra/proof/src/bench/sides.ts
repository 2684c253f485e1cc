import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { measure, type Measured } from './load.js';
import type { Sample } from './statistics.js';
import type { Mint } from './tokens.js';
import type { SideConfig } from './variants/index.js';

const CONNECTIONS = 32;
const KNOWN_TOKENS = 1_000;

export interface Round {
  readonly framework: SideConfig['framework'];
  readonly variant: string;
  readonly mode: 'known' | 'first-seen';
  readonly round: number;
  readonly seconds: number;
}

async function startSide(config: SideConfig, execArgv: string[]): Promise<{ child: ChildProcess; url: string }> {
  const program = new URL('./side.js', import.meta.url);
  const child = fork(program, [JSON.stringify(config)], { stdio: 'inherit', execArgv });
  const [message] = (await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(([code]) => Promise.reject(new Error(`side ${config.variant} ended with ${code}`))),
  ])) as [{ port: number }];
  return { child, url: `http://127.0.0.1:${message.port}/hello` };
}

/** The next token: from a fixed thousand in turn, or one that was never sent. */
function tokenSource(mint: Mint, mode: Round['mode'], known: readonly string[], fresh: string[]): () => string {
  let next = 0;
  if (mode === 'known') return () => known[next++ % known.length] ?? '';
  return () => fresh.pop() ?? mint.token();
}

/** A side ends by itself when it is left alone: only so does it write its profile. */
async function endSide(child: ChildProcess): Promise<void> {
  const ended = once(child, 'exit');
  child.disconnect();
  await ended;
}

/** Runs one side for one round and ends its process. Fresh tokens are made beforehand, outside the measured time. */
export async function runRound(
  round: Round,
  config: SideConfig,
  mint: Mint,
  known: readonly string[],
  execArgv: string[] = [],
): Promise<Sample & Measured> {
  const { child, url } = await startSide(config, execArgv);
  try {
    const warm = tokenSource(mint, 'known', known, []);
    await measure({ url, seconds: 1, connections: CONNECTIONS, headers: () => bearer(warm()) });
    const fresh = round.mode === 'first-seen' ? makeTokens(mint, round.seconds * 9_000) : [];
    const next = tokenSource(mint, round.mode, known, fresh);
    const result: Measured = await measure({
      url,
      seconds: round.seconds,
      connections: CONNECTIONS,
      headers: () => bearer(next()),
    });
    return { ...round, ...result };
  } finally {
    await endSide(child);
  }
}

const bearer = (token: string): Record<string, string> => ({ authorization: `Bearer ${token}` });

const makeTokens = (mint: Mint, count: number): string[] => Array.from({ length: count }, () => mint.token());

export const knownTokens = (mint: Mint): string[] => makeTokens(mint, KNOWN_TOKENS);
