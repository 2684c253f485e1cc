import { databaseVariables, guardedServiceVariables, readConfiguration } from '@keyturn/runtime';
import { z } from 'zod';

/** The only place of this service where the environment is read. Both throw ConfigurationError, which lists everything. */
type Variables = Readonly<Record<string, string | undefined>>;

const environment = z.object({ ...guardedServiceVariables({ port: 3100 }) });
const migration = z.object(databaseVariables);

export type TasksEnvironment = z.output<typeof environment>;

export const readEnvironment = (variables: Variables = process.env): TasksEnvironment =>
  readConfiguration(environment, variables);

export const readMigrationEnvironment = (variables: Variables = process.env): z.output<typeof migration> =>
  readConfiguration(migration, variables);
