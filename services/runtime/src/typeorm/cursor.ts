/** Where a page ended: the order, the value of the sort column in the last row, and the row's id. */
export interface Position {
  readonly order: string;
  readonly value: string;
  readonly id: string;
}

const VERSION = 1;
const LONGEST = 2_000;
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Opaque to clients, safe in a URL; it is no secret and grants nothing. */
export const encodeCursor = ({ order, value, id }: Position): string =>
  Buffer.from(JSON.stringify([VERSION, order, value, id])).toString('base64url');

/** Undefined for anything that `encodeCursor` did not make. */
export const decodeCursor = (cursor: string): Position | undefined => {
  if (cursor.length > LONGEST || !/^[\w-]+$/.test(cursor)) return undefined;
  try {
    const parts: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
    if (!Array.isArray(parts) || parts.length !== 4 || parts[0] !== VERSION) return undefined;
    const [order, value, id] = parts.slice(1);
    if (typeof order !== 'string' || typeof value !== 'string' || typeof id !== 'string') return undefined;
    if (value.includes('\0') || !UUID.test(id)) return undefined;
    return encodeCursor({ order, value, id }) === cursor ? { order, value, id } : undefined;
  } catch {
    return undefined;
  }
};
