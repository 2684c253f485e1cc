import { invalidField, type RolePermissions } from '@keyturn/runtime';
import { z } from 'zod';

const MOST = 200;
const DEFAULT_LIMIT = 50;

/** Where a page of the list begins: after this user. */
export interface UserPosition {
  /** `createdAt` as PostgreSQL writes it. */
  readonly createdAt: string;
  readonly id: string;
}

/** Which users are asked for, the newest first. */
export interface UserQuery {
  /** Part of the e-mail address. */
  readonly search: string | undefined;
  readonly limit: number;
  readonly after: UserPosition | undefined;
}

const FIELDS = ['search', 'limit', 'cursor'];

/** Throws ProblemException 400 that names the field and the rule. */
export const checkUserQuery = (query: Readonly<Record<string, unknown>>): UserQuery => {
  const unknown = Object.keys(query).find((name) => !FIELDS.includes(name));
  if (unknown !== undefined)
    throw invalidField(unknown.slice(0, 64), 'unknown', `is not known; the fields are ${FIELDS.join(', ')}`);
  const { search, limit = String(DEFAULT_LIMIT), cursor } = query;
  if (search !== undefined && (typeof search !== 'string' || search.length > 200 || search.includes('\0')))
    throw invalidField('search', 'search', 'must be a text of at most 200 characters');
  const count = typeof limit === 'string' && /^\d{1,4}$/.test(limit) ? Number(limit) : 0;
  if (count < 1 || count > MOST) throw invalidField('limit', 'limit', `must be a whole number from 1 to ${MOST}`);
  return { search: search === '' ? undefined : search, limit: count, after: positionOf(cursor) };
};

const POSITION = z.tuple([
  z.string().regex(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d{1,6})?\+00$/),
  z.string().min(1).max(64),
]);

const positionOf = (cursor: unknown): UserPosition | undefined => {
  if (cursor === undefined) return undefined;
  const parsed = POSITION.safeParse(jsonOf(cursor));
  if (parsed.success) return { createdAt: parsed.data[0], id: parsed.data[1] };
  throw invalidField('cursor', 'cursor', 'must be the nextCursor of a page of this list');
};

const jsonOf = (cursor: unknown): unknown => {
  try {
    return JSON.parse(Buffer.from(String(cursor), 'base64url').toString('utf8'));
  } catch {
    return undefined;
  }
};

export const cursorOf = ({ createdAt, id }: UserPosition): string =>
  Buffer.from(JSON.stringify([createdAt, id])).toString('base64url');

/** The roles that a user can have. */
export const roleNames = (known: RolePermissions): string[] => [...new Set(['user', 'admin', ...Object.keys(known)])];

/** The roles of `{ roles: [name] }`, as Better Auth stores them. Throws ProblemException 400. */
export const checkRoles = (body: unknown, known: RolePermissions): string => {
  const names = roleNames(known);
  const rule = `must be a list of at least one of ${names.join(', ')}`;
  const { roles, ...more } = (body ?? {}) as { readonly roles?: unknown };
  const [unknown] = Object.keys(more);
  if (unknown !== undefined)
    throw invalidField(unknown.slice(0, 64), 'unknown', 'is not known; the only field is roles');
  const list = Array.isArray(roles) ? [...new Set<unknown>(roles)] : [];
  if (list.length === 0 || !list.every((name) => names.includes(name as string)))
    throw invalidField('roles', 'roles', rule);
  return list.join(',');
};
