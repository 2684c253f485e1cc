import type { Pool, PoolClient } from 'pg';
import { ENCRYPTED_COLUMNS, type EncryptedColumn } from './encrypted-columns.js';

export type Queryable = Pick<Pool | PoolClient, 'query'>;

/** Encrypted values by version; `undefined` stands for values without an envelope. */
export type RowsByVersion = ReadonlyMap<number | undefined, number>;

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** SQL expression: the version in a value's envelope, as text; null without one. */
export const versionOf = (column: string): string => `substring(${quoted(column)} from '^\\$ba\\$(\\d{1,9})\\$')`;

export const tableAndColumn = ({ table, column }: EncryptedColumn) => ({
  table: quoted(table),
  column: quoted(column),
});

export const countRows = async (database: Queryable): Promise<RowsByVersion> => {
  const counts = new Map<number | undefined, number>();
  for (const encrypted of ENCRYPTED_COLUMNS) {
    const { table, column } = tableAndColumn(encrypted);
    const { rows } = await database.query<{ version: string | null; count: string }>(
      `SELECT ${versionOf(encrypted.column)} AS version, count(*) AS count FROM ${table} WHERE ${column} IS NOT NULL GROUP BY 1`,
    );
    for (const { version, count } of rows) {
      const key = version === null ? undefined : Number(version);
      counts.set(key, (counts.get(key) ?? 0) + Number(count));
    }
  }
  return counts;
};
