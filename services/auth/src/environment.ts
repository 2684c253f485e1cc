import { readConfiguration } from '@keyturn/runtime';
import { authRules } from './configuration/rules.js';
import {
  type AuthConfiguration,
  authVariables,
  type MigrationConfiguration,
  migrationVariables,
} from './configuration/variables.js';
import { z } from 'zod';

/** The only place of this service where the environment is read. Both throw ConfigurationError, which lists everything. */
type Environment = Readonly<Record<string, string | undefined>>;

/** Better Auth would read these by itself; the session secret comes from its ring alone, origins from our own variable. */
const OF_BETTER_AUTH = ['BETTER_AUTH_SECRET', 'BETTER_AUTH_SECRETS', 'AUTH_SECRET', 'BETTER_AUTH_TRUSTED_ORIGINS'];

/** Takes Better Auth's own variables out of the process and returns the names of those that were there. */
export const ignoreBetterAuthVariables = (): string[] =>
  OF_BETTER_AUTH.filter((name) => {
    const present = process.env[name] !== undefined;
    delete process.env[name];
    return present;
  });

export const readAuthConfiguration = (source: Environment = process.env): AuthConfiguration =>
  readConfiguration(z.object(authVariables), source, authRules);

export const readMigrationConfiguration = (source: Environment = process.env): MigrationConfiguration =>
  readConfiguration(z.object(migrationVariables), source);
