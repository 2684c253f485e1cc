import { getMigrations } from 'better-auth/db/migration';
import type { Logger } from '@keyturn/runtime';
import type { Pool } from 'pg';
import { createGuessTable } from '../accounts/guess-counter.js';
import { createAuditTable } from '../audit/audit-table.js';
import { createOutboxTable } from '../mail/outbox.js';
import { removeIdTokens } from '../social/id-tokens.js';
import { LOCKS, withLock } from './advisory-lock.js';
import { schemaOptions } from './schema-options.js';
import { grantSessionReader } from './session-reader.js';

export interface MigrationOptions {
  readonly pool: Pool;
  readonly logger: Logger;
  /** Lets the role that looks sessions up sign in; without it the role can only be granted to another one. */
  readonly sessionReaderPassword?: string | undefined;
}

export interface MigrationReport {
  readonly tablesCreated: readonly string[];
  readonly tablesExtended: readonly string[];
}

/**
 * Brings the database to the schema that the configured features need. Safe to run again, and by several processes at
 * once: one works, the others wait and find nothing to do.
 */
export const migrate = ({ pool, logger, sessionReaderPassword }: MigrationOptions): Promise<MigrationReport> =>
  withLock(pool, LOCKS.migration, async (client) => {
    const { toBeCreated, toBeAdded, runMigrations } = await getMigrations(schemaOptions(pool));
    await runMigrations();
    await createOutboxTable(client);
    await createAuditTable(client);
    await removeIdTokens(client);
    await createGuessTable(client);
    await grantSessionReader(client, { password: sessionReaderPassword, logger });
    return {
      tablesCreated: toBeCreated.map(({ table }) => table),
      tablesExtended: toBeAdded.map(({ table }) => table),
    };
  });
