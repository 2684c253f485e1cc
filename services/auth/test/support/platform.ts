import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import type { RingAlgorithm } from '@keyturn/keyring';
import { type PostgresServer, startPostgres } from '@keyturn/postgres';
import { createLogger, Service } from '@keyturn/runtime';
import pg from 'pg';
import { authService } from '../../src/auth-service.js';
import type { AuthConfiguration } from '../../src/configuration/variables.js';
import { migrate } from '../../src/database/migrations.js';
import { createPool } from '../../src/database/pool.js';
import { readAuthConfiguration } from '../../src/environment.js';
import { Issuer } from '../../src/issuer.js';
import { Browser } from './browser.js';
import { MailCatcher } from './mail-catcher.js';
import { ISSUER, TestRing, type TestRingOptions } from './ring.js';
import { until } from './until.js';

/** Collects log lines, so that a test can look for what must not be in them. */
export class LogLines extends Writable {
  readonly lines: string[] = [];
  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.lines.push(String(chunk));
    done();
  }
}

interface Receipt {
  readonly loaded: number;
  readonly rowsLeft?: Record<string, number>;
}

export interface Replica {
  readonly url: string;
  readonly managementUrl: string;
  readonly issuer: Issuer;
  readonly service: Service<AuthConfiguration>;
  /** Waits until the replica has loaded and acknowledged a generation; its receipt. */
  receipt(ring: string, atLeast: number): Promise<Receipt>;
  canary(ring: string, credential: string): Promise<{ accepted: boolean; kid?: string; reason?: string }>;
  stop(): Promise<void>;
}

export interface WorldOptions {
  readonly environment?: Record<string, string>;
  readonly tokenAlgorithm?: RingAlgorithm;
  readonly session?: TestRingOptions;
  readonly tokens?: TestRingOptions;
}

/** One database, two rings, a mail catcher, and the replicas of auth that a test starts. */
export class World {
  readonly replicas: Replica[] = [];
  readonly log = new LogLines();
  private started = 0;

  private constructor(
    readonly dir: string,
    readonly databaseUrl: string,
    readonly mail: MailCatcher,
    readonly smtpUrl: string,
    readonly session: TestRing,
    readonly tokens: TestRing,
    private readonly options: WorldOptions,
  ) {}

  static async create(postgres: PostgresServer, options: WorldOptions = {}): Promise<World> {
    const dir = await mkdtemp(join(tmpdir(), 'keyturn-auth-'));
    const database = `auth_${Math.random().toString(36).slice(2)}`;
    await postgres.createDatabase(database);
    await migrateDatabase(postgres.url(database));
    const mail = new MailCatcher();
    const smtpUrl = await mail.start();
    const truth = join(dir, 'truth');
    const session = new TestRing(truth, 'session-secret', 'opaque', {
      ...options.session,
      settings: { encryptsData: true, ...options.session?.settings },
    });
    const tokens = new TestRing(truth, 'access-tokens', options.tokenAlgorithm ?? 'ES256', options.tokens);
    await session.create();
    await tokens.create();
    return new World(dir, postgres.url(database), mail, smtpUrl, session, tokens, options);
  }

  async start(environment: Record<string, string> = {}): Promise<Replica> {
    const number = ++this.started;
    const service = new Service(
      authService(
        readAuthConfiguration({
          PORT: '0',
          MANAGEMENT_PORT: '0',
          HOST: '127.0.0.1',
          LOG_LEVEL: 'info',
          LOG_FORMAT: 'json',
          KEYTURN_DRAIN_WINDOW: '0ms',
          KEYTURN_BASE_URL: ISSUER,
          KEYTURN_STATE_DIR: join(this.dir, `state-${number}`),
          KEYTURN_POD_UID: `pod-${number}`,
          KEYTURN_TRUTH_DIR: join(this.dir, 'truth'),
          DATABASE_URL: this.databaseUrl,
          SMTP_URL: this.smtpUrl,
          MAIL_FROM: 'Keyturn <auth@keyturn.test>',
          KEYTURN_RATE_LIMIT: 'false',
          ...this.options.environment,
          ...environment,
        }),
        { logTo: this.log },
      ),
    );
    await service.start();
    const replica = this.replicaOf(service);
    this.replicas.push(replica);
    await replica.receipt('session-secret', this.session.generation);
    await replica.receipt('access-tokens', this.tokens.generation);
    return replica;
  }

  private replicaOf(service: Service<AuthConfiguration>): Replica {
    const rings = `${service.managementUrl}/keyturn/v1/rings`;
    return {
      url: service.url,
      managementUrl: service.managementUrl,
      issuer: service.app.get(Issuer),
      service,
      receipt: async (ring, atLeast) => {
        let seen: Receipt | undefined;
        const ask = async (): Promise<Receipt | undefined> => {
          seen = (await (await fetch(`${rings}/${ring}?atLeast=${atLeast}`)).json()) as Receipt;
          return seen.loaded >= atLeast ? seen : undefined;
        };
        return until(`generation ${atLeast} of ${ring} in a receipt`, ask, () => seen);
      },
      canary: async (ring, credential) => {
        const body = JSON.stringify({ credential });
        const headers = { 'content-type': 'application/json' };
        return (await fetch(`${rings}/${ring}/canary`, { method: 'POST', headers, body })).json() as never;
      },
      stop: () => service.stop(),
    };
  }

  /** All replicas have taken over the newest generation of both rings. */
  async settled(): Promise<void> {
    for (const replica of this.replicas) {
      await replica.receipt('session-secret', this.session.generation);
      await replica.receipt('access-tokens', this.tokens.generation);
    }
  }

  async rotateSession(): Promise<void> {
    await this.session.rotate();
    await this.settled();
  }

  /** A browser that asks the replicas in turn. */
  browser(origin?: string): Browser {
    return new Browser(() => this.replicas.map(({ url }) => url), origin);
  }

  async query<R extends pg.QueryResultRow>(text: string, values: unknown[] = []): Promise<R[]> {
    const client = new pg.Client(this.databaseUrl);
    await client.connect();
    try {
      return (await client.query<R>(text, values)).rows;
    } finally {
      await client.end();
    }
  }

  async stop(): Promise<void> {
    await Promise.all(this.replicas.map((replica) => replica.stop()));
    await this.mail.stop();
    await rm(this.dir, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
  }
}

export const silent = createLogger({ service: 'test', level: 'silent' });

export const migrateDatabase = async (url: string): Promise<void> => {
  const pool = createPool(url, { max: 2, logger: silent });
  try {
    await migrate({ pool, logger: silent });
  } finally {
    await pool.end();
  }
};

export { startPostgres };
