import { symmetricDecrypt, symmetricEncrypt } from 'better-auth/crypto';
import type { BetterAuthContext } from '../better-auth/generation.js';
import { type Queryable, tableAndColumn, versionOf } from './count-rows.js';
import { ENCRYPTED_COLUMNS, type EncryptedColumn } from './encrypted-columns.js';

export const BATCH = 100;

export interface SweepTask {
  readonly database: Queryable;
  /** Better Auth's own view of the secrets: what it can decrypt with, what it encrypts with. */
  readonly secretConfig: BetterAuthContext['secretConfig'];
  readonly activeVersion: number;
  /** Asked between batches; false ends the sweep early. The next one goes on where this one stopped. */
  readonly goOn: () => boolean;
}

export interface SweepResult {
  readonly reencrypted: number;
  /** Values that no secret of the ring decrypts. They stay as they are, and hold the retirement of their secret. */
  readonly unreadable: readonly { readonly table: string; readonly column: string; readonly id: string }[];
}

/**
 * Re-encrypts everything that the active secret has not encrypted. Progress is in the data itself: what is done carries
 * the new version, so a sweep that was cut off is taken up by the next one. A value that somebody else changes meanwhile
 * is left to them.
 */
export const reEncrypt = async (task: SweepTask): Promise<SweepResult> => {
  let reencrypted = 0;
  const unreadable: SweepResult['unreadable'][number][] = [];
  for (const column of ENCRYPTED_COLUMNS) {
    for (let after = ''; task.goOn(); ) {
      const batch = await readBatch(task, column, after);
      for (const { id, value } of batch) {
        const fresh = await encryptedAnew(task, value);
        if (fresh === undefined) unreadable.push({ ...column, id });
        else if (await replace(task.database, column, { id, value, fresh })) reencrypted += 1;
      }
      after = batch.at(-1)?.id ?? after;
      if (batch.length < BATCH) break;
    }
  }
  return { reencrypted, unreadable };
};

interface EncryptedValue {
  readonly id: string;
  readonly value: string;
}

const readBatch = async (task: SweepTask, encrypted: EncryptedColumn, after: string): Promise<EncryptedValue[]> => {
  const { table, column } = tableAndColumn(encrypted);
  const { rows } = await task.database.query<EncryptedValue>(
    `SELECT "id", ${column} AS value FROM ${table}
     WHERE ${column} IS NOT NULL AND "id" > $1 AND ${versionOf(encrypted.column)} IS DISTINCT FROM $2
     ORDER BY "id" LIMIT ${BATCH}`,
    [after, String(task.activeVersion)],
  );
  return rows;
};

const encryptedAnew = async ({ secretConfig }: SweepTask, value: string): Promise<string | undefined> => {
  try {
    const data = await symmetricDecrypt({ key: secretConfig, data: value });
    return await symmetricEncrypt({ key: secretConfig, data });
  } catch {
    return undefined;
  }
};

const replace = async (
  database: Queryable,
  encrypted: EncryptedColumn,
  { id, value, fresh }: EncryptedValue & { readonly fresh: string },
): Promise<boolean> => {
  const { table, column } = tableAndColumn(encrypted);
  const { rowCount } = await database.query(`UPDATE ${table} SET ${column} = $1 WHERE "id" = $2 AND ${column} = $3`, [
    fresh,
    id,
    value,
  ]);
  return rowCount === 1;
};
