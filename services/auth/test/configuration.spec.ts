import { describe, expect, it } from '@jest/globals';
import { ConfigurationError, permissionsOf } from '@keyturn/runtime';
import { readAuthConfiguration, readMigrationConfiguration } from '../src/environment.js';
import { readSeedArguments } from '../src/seed/arguments.js';

const GOOD = {
  KEYTURN_BASE_URL: 'https://auth.example.test',
  KEYTURN_POD_UID: 'pod',
  KEYTURN_TRUTH_DIR: '/truth',
  DATABASE_URL: 'postgres://user:hunter2hunter2@db/auth',
  SMTP_URL: 'smtps://mail:hunter2hunter2@mail.example.test',
  MAIL_FROM: 'auth@example.test',
};

const problemsOf = (read: () => unknown): { names: string[]; message: string } => {
  try {
    read();
  } catch (error) {
    if (error instanceof ConfigurationError) {
      return { names: error.problems.map(({ name }) => name).sort(), message: error.message };
    }
    throw error;
  }
  return { names: [], message: '' };
};

describe('the configuration', () => {
  it('has defaults for everything that need not be said', () => {
    const configuration = readAuthConfiguration(GOOD);
    expect(configuration).toMatchObject({
      KEYTURN_TOKEN_RING: 'access-tokens',
      KEYTURN_SESSION_RING: 'session-secret',
      KEYTURN_ACCESS_TOKEN_TTL: 900_000,
      KEYTURN_SESSION_TTL: 604_800_000,
      KEYTURN_ROLE_PERMISSIONS: { user: ['tasks:read', 'tasks:write'], admin: ['*'] },
    });
  });

  it('lists everything that is wrong at once, by name and rule, without values', () => {
    const { names, message } = problemsOf(() =>
      readAuthConfiguration({
        PORT: 'eighty',
        KEYTURN_BASE_URL: 'http://auth.example.test/base',
        KEYTURN_SESSION_TTL: '1h',
        KEYTURN_SESSION_UPDATE_AGE: '1d',
        KEYTURN_ACCESS_TOKEN_TTL: 'soon',
        KEYTURN_SESSION_RING: 'access-tokens',
        KEYTURN_ROLE_PERMISSIONS: 'user=tasks read!',
        KEYTURN_TRUSTED_ORIGINS: 'https://app.example.test/path',
        DATABASE_URL: 'mysql://root:hunter2hunter2@db/auth',
        SMTP_URL: 'hunter2hunter2',
      }),
    );
    expect(names).toEqual(
      [
        'DATABASE_URL',
        'KEYTURN_ACCESS_TOKEN_TTL',
        'KEYTURN_BASE_URL',
        'KEYTURN_POD_UID',
        'KEYTURN_ROLE_PERMISSIONS',
        'KEYTURN_SESSION_RING',
        'KEYTURN_SESSION_UPDATE_AGE',
        'KEYTURN_TRUSTED_ORIGINS',
        'KEYTURN_TRUTH_DIR',
        'MAIL_FROM',
        'PORT',
        'SMTP_URL',
      ].sort(),
    );
    expect(message).not.toContain('hunter2');
  });

  it('is https except on this machine', () => {
    for (const base of ['http://localhost:8080', 'http://127.0.0.1:3000', 'http://auth.localhost']) {
      expect(problemsOf(() => readAuthConfiguration({ ...GOOD, KEYTURN_BASE_URL: base })).names).toEqual([]);
    }
    for (const base of ['http://auth.example.test', 'http://10.0.0.1', 'http://localhost.example.test']) {
      expect(problemsOf(() => readAuthConfiguration({ ...GOOD, KEYTURN_BASE_URL: base })).names).toEqual([
        'KEYTURN_BASE_URL',
      ]);
    }
  });

  it('of a migration needs the database only', () => {
    expect(problemsOf(() => readMigrationConfiguration({})).names).toEqual(['DATABASE_URL']);
  });

  it('of a role grants nothing to a role it does not name', () => {
    const permissions = { user: ['tasks:read'], admin: ['*'] };
    expect(permissionsOf('user,admin', permissions)).toEqual(['tasks:read', '*']);
    expect(permissionsOf('constructor', permissions)).toEqual([]);
  });
});

describe('the arguments of the seed command', () => {
  it('are checked all at once', () => {
    const wrong = ['extra', '--email', 'nobody', '--password=of good length', '--role', '!'];
    expect(problemsOf(() => readSeedArguments(wrong, 'short')).names).toEqual([
      '--email',
      '--password',
      '--role',
      'arguments',
      'standard input',
    ]);
    expect(readSeedArguments(['--email', 'A@b.test'], 'long enough\n')).toMatchObject({
      email: 'a@b.test',
      password: 'long enough',
      role: 'user',
    });
  });
});
