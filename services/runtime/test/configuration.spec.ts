import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import {
  type ConfigurationError,
  databaseVariables,
  flag,
  processVariables,
  readConfiguration,
  ringVariables,
  text,
  tokenVariables,
} from '../src/index.js';

const everything = z.object({ ...processVariables, ...ringVariables, ...tokenVariables, ...databaseVariables });
const good = {
  KEYTURN_POD_UID: 'pod',
  KEYTURN_BASE_URL: 'http://localhost:8080/',
  DATABASE_URL: 'postgres://tasks:secret@db:5432/tasks',
};

const errorOf = (read: () => unknown): ConfigurationError => {
  try {
    read();
  } catch (error) {
    return error as ConfigurationError;
  }
  throw new Error('the configuration was accepted');
};

describe('the configuration', () => {
  it('has a default for everything but the identity of the platform, the pod and the database', () => {
    expect(errorOf(() => readConfiguration(everything, {})).problems).toEqual([
      { name: 'KEYTURN_POD_UID', rule: 'is required' },
      { name: 'KEYTURN_BASE_URL', rule: 'is required' },
      { name: 'DATABASE_URL', rule: 'is required' },
    ]);
    expect(readConfiguration(everything, good)).toMatchObject({
      PORT: 3000,
      MANAGEMENT_PORT: 9000,
      KEYTURN_DRAIN_WINDOW: 2_000,
      KEYTURN_RING_URLS: [],
      KEYTURN_AUDIENCE: 'keyturn',
      KEYTURN_TOKEN_RING: 'access-tokens',
      KEYTURN_BASE_URL: 'http://localhost:8080',
    });
  });

  it('reads durations, lists and numbers, and takes an empty variable for an absent one', () => {
    const read = readConfiguration(everything, {
      ...good,
      PORT: '8081',
      HOST: '',
      KEYTURN_DRAIN_WINDOW: '1500ms',
      KEYTURN_SHUTDOWN_DEADLINE: '1m',
      KEYTURN_RING_URLS: ' http://a:9000/ , https://b:9000,',
    });
    expect(read).toMatchObject({
      PORT: 8081,
      HOST: '0.0.0.0',
      KEYTURN_DRAIN_WINDOW: 1_500,
      KEYTURN_SHUTDOWN_DEADLINE: 60_000,
      KEYTURN_RING_URLS: ['http://a:9000', 'https://b:9000'],
    });
  });

  it('is refused with one error that lists everything wrong by name and rule, and shows no value', () => {
    const values = {
      PORT: '99999',
      MANAGEMENT_PORT: '-1',
      LOG_LEVEL: 'loud-value',
      KEYTURN_DRAIN_WINDOW: 'soon-value',
      KEYTURN_SHUTDOWN_DEADLINE: '1ms',
      KEYTURN_BODY_LIMIT: '1e6',
      KEYTURN_RING_URLS: 'http://good,not-url-value',
      KEYTURN_TOKEN_RING: '../up-value',
      KEYTURN_POD_UID: '',
      KEYTURN_BASE_URL: 'ftp://value',
      DATABASE_URL: 'mysql://root:hunter2@value/db',
    };
    const error = errorOf(() => readConfiguration(everything, values));
    expect(error.name).toBe('ConfigurationError');
    expect(error.problems.map(({ name }) => name).sort()).toEqual(Object.keys(values).sort());
    for (const { name, rule } of error.problems) {
      expect(rule).toMatch(/^(must|is) /);
      expect(error.message).toContain(`${name}: ${rule}`);
    }
    expect(error.message).not.toMatch(/value|hunter2|99999|1e6/);
    expect(error.message.split('\n')).toHaveLength(Object.keys(values).length + 1);
  });

  it('judges rules over several variables together with the others', () => {
    const schema = z.object({
      SECRET: text({ min: 32 }),
      OLD_SECRET: text({ min: 32 }),
      STRICT: flag().default(false),
    });
    const different = ({ SECRET, OLD_SECRET }: { SECRET?: string; OLD_SECRET?: string }) =>
      SECRET !== undefined && SECRET === OLD_SECRET
        ? { name: 'OLD_SECRET', rule: 'must differ from SECRET' }
        : undefined;
    const same = 's'.repeat(40);
    const read = (values: Record<string, string>) => readConfiguration(schema, values, [different]);
    expect(errorOf(() => read({ SECRET: same, OLD_SECRET: same, STRICT: 'yes' })).problems).toEqual([
      { name: 'STRICT', rule: 'must be true or false' },
      { name: 'OLD_SECRET', rule: 'must differ from SECRET' },
    ]);
    expect(errorOf(() => read({ SECRET: 'short', OLD_SECRET: 'short' })).problems).toEqual([
      { name: 'SECRET', rule: 'must have at least 32 characters' },
      { name: 'OLD_SECRET', rule: 'must have at least 32 characters' },
    ]);
    expect(read({ SECRET: same, OLD_SECRET: `${same}x`, STRICT: 'true' }).STRICT).toBe(true);
  });
});
