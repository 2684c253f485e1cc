import { mkdtemp, rm } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BenchIssuer, startIssuer } from './issuer.js';
import { startRingServer } from './ring-server.js';
import { type BenchSessions, startSessions } from './sessions.js';
import { AUDIENCE, createMint, ISSUER, type Mint } from './tokens.js';
import type { SideConfig } from './variants/index.js';

/** What all sides of the benchmark ask: keys, the servers that give them, sessions, a folder. */
export interface Fixture {
  readonly mint: Mint;
  readonly sessions: BenchSessions;
  /** Removed by `close`. */
  readonly directory: string;
  /** The configuration of one more side, with a state folder of its own. */
  side(framework: SideConfig['framework'], variant: string): SideConfig;
  close(): Promise<void>;
}

export async function startFixture(): Promise<Fixture> {
  const mint = await createMint();
  const issuer: BenchIssuer = await startIssuer(mint);
  const rings = await startRingServer(mint);
  const sessions = await startSessions(1_000);
  const directory = await mkdtemp(join(tmpdir(), 'keyturn-bench-'));
  let sides = 0;
  return {
    mint,
    sessions,
    directory,
    side: (framework, variant) => ({
      framework,
      variant,
      issuer: ISSUER,
      audience: AUDIENCE,
      ringUrl: rings.url,
      stateDir: join(directory, String(++sides)),
      databaseUrl: sessions.databaseUrl,
      jwksUrl: issuer.jwksUrl,
      introspectionUrl: issuer.introspectionUrl,
      publicPem: issuer.publicPem,
    }),
    close: async () => {
      await Promise.all([issuer.close(), rings.close(), sessions.close()]);
      await rm(directory, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
    },
  };
}

export const machine = (): string => {
  const processor = cpus()[0]?.model ?? 'unknown processor';
  return `${cpus().length} × ${processor}, Node ${process.version}`;
};
