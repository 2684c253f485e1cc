import type { ObjectLiteral, SelectQueryBuilder } from 'typeorm';
import { invalidField } from '../problems/problems.js';
import { decodeCursor, encodeCursor, type Position } from './cursor.js';
import type { PageQuery } from './page-query.js';

/** One page of a list. `nextCursor` is null on the last one. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly nextCursor: string | null;
}

/** By what a list can be sorted: the entity's property, and its type in SQL. */
export interface SortKey {
  readonly property: string;
  readonly type: 'text' | 'timestamptz';
}

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

const fits = (value: string, { type }: SortKey): boolean =>
  type === 'text' ? value.isWellFormed() : TIME.test(value) && !Number.isNaN(Date.parse(value));

const positionOf = (cursor: string, sort: string, key: SortKey): Position => {
  const position = decodeCursor(cursor);
  if (position?.order === sort && fits(position.value, key)) return position;
  throw invalidField('cursor', 'cursor', 'cursor must be the nextCursor of a page of this list with the same sort');
};

const textOf = (value: unknown): string => (value instanceof Date ? value.toISOString() : String(value));

/**
 * A page by keyset: rows that come and go do not shift the pages, and a late page costs as much as the first. `sort` is
 * the name of a key, with `-` in front for the greatest first; equal rows are ordered by their id. The query must have
 * its filters already; its entity has a UUID `id`. Throws 400 naming `cursor`.
 */
export const keysetPage = async <T extends ObjectLiteral & { id: string }>(
  query: SelectQueryBuilder<T>,
  request: Pick<PageQuery, 'limit' | 'cursor'> & { readonly sort: string },
  keys: Readonly<Record<string, SortKey>>,
): Promise<Page<T>> => {
  const { limit, cursor, sort } = request;
  const descending = sort.startsWith('-');
  const key = keys[descending ? sort.slice(1) : sort];
  if (!key) throw new TypeError('sort must be one of the keys');
  const { alias } = query;
  if (cursor !== undefined) {
    const { value, id } = positionOf(cursor, sort, key);
    const compare = descending ? '<' : '>';
    const columns = `(${alias}.${key.property}, ${alias}.id)`;
    query.andWhere(`${columns} ${compare} (CAST(:cursorValue AS ${key.type}), CAST(:cursorId AS uuid))`, {
      cursorValue: value,
      cursorId: id,
    });
  }
  const direction = descending ? 'DESC' : 'ASC';
  query.orderBy(`${alias}.${key.property}`, direction).addOrderBy(`${alias}.id`, direction);
  const rows = await query.limit(limit + 1).getMany();
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  const more = rows.length > limit && last !== undefined;
  return {
    items,
    nextCursor: more ? encodeCursor({ order: sort, value: textOf(last[key.property]), id: last.id }) : null,
  };
};
