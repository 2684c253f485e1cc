import { createTestIssuer, type TestClaims, type TestIssuer } from '@keyturn/guard/testing';
import { type PostgresServer, startPostgres } from '@keyturn/postgres';
import { createLogger, Service } from '@keyturn/runtime';
import { runMigrations } from '@keyturn/runtime/typeorm';
import { migrations, readEnvironment, type TasksEnvironment, tasksService } from '../src/index.js';

export const ISSUER = 'https://keyturn.test';
const PERMISSIONS = ['tasks:read', 'tasks:write'];

export interface Answer<T = Record<string, unknown>> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: T;
}

export interface CallOptions {
  readonly body?: unknown;
  /** Sent as it is, instead of `body`. */
  readonly raw?: string | Uint8Array<ArrayBuffer>;
  readonly token?: string | null;
  readonly headers?: Readonly<Record<string, string>>;
}

export const tokenFor = (issuer: TestIssuer, sub: string, claims: TestClaims = {}): string =>
  issuer.mint({ sub, permissions: PERMISSIONS, ...claims });

export const call = async <T = Record<string, unknown>>(
  method: string,
  url: string,
  { body, raw, token, headers }: CallOptions = {},
): Promise<Answer<T>> => {
  const payload = raw ?? (body === undefined ? undefined : JSON.stringify(body));
  const response = await fetch(url, {
    method,
    headers: {
      ...(payload !== undefined && { 'content-type': 'application/json' }),
      ...(token != null && { authorization: `Bearer ${token}` }),
      ...headers,
    },
    ...(payload !== undefined && { body: payload }),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: (text === '' ? {} : JSON.parse(text)) as T };
};

/** The service in this process with a real database, and an issuer whose tokens it believes. */
export interface TasksUnderTest {
  readonly issuer: TestIssuer;
  readonly service: Service<TasksEnvironment>;
  readonly postgres: PostgresServer;
  /** Lines that the service logged. */
  readonly log: readonly string[];
  stop(): Promise<void>;
}

export const startTasks = async (): Promise<TasksUnderTest> => {
  const postgres = await startPostgres();
  await postgres.createDatabase('tasks');
  const issuer = createTestIssuer({ issuer: ISSUER });
  const url = postgres.url('tasks');
  await runMigrations({
    url,
    applicationName: 'test',
    logger: createLogger({ service: 'test', level: 'silent' }),
    migrations,
  });
  const log: string[] = [];
  const environment = readEnvironment({
    PORT: '0',
    MANAGEMENT_PORT: '0',
    HOST: '127.0.0.1',
    DATABASE_URL: url,
    KEYTURN_BASE_URL: ISSUER,
    KEYTURN_POD_UID: 'test',
    KEYTURN_DRAIN_WINDOW: '0s',
  });
  const definition = tasksService(environment);
  const logTo = { write: (line: string) => void log.push(line) };
  const service = new Service({ ...definition, rings: [], nodes: [issuer.node], logTo });
  await service.start();
  return {
    issuer,
    service,
    postgres,
    log,
    stop: async () => {
      await service.stop();
      await postgres.stop();
    },
  };
};
