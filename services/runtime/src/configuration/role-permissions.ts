import { z } from 'zod';

/** What each role permits, by the role's name. */
export type RolePermissions = Readonly<Record<string, readonly string[]>>;

const RULE = { error: 'must be roles and their permissions, such as user=tasks:read tasks:write,admin=*' };
const ROLE = /^[a-z][a-z0-9_-]{0,62}$/i;
const PERMISSION = /^(\*|[a-z0-9_-]+(:([a-z0-9_-]+|\*))*)$/i;

const parse = (value: string): RolePermissions | undefined => {
  const result: Record<string, readonly string[]> = {};
  for (const entry of value.split(',').filter((part) => part.trim() !== '')) {
    const [role = '', list = '', ...rest] = entry.split('=').map((part) => part.trim());
    const permissions = list.split(/\s+/).filter((permission) => permission !== '');
    const sound =
      ROLE.test(role) && rest.length === 0 && permissions.every((permission) => PERMISSION.test(permission));
    if (!sound || Object.hasOwn(result, role)) return undefined;
    result[role] = permissions;
  }
  return Object.keys(result).length > 0 ? result : undefined;
};

export const rolePermissions = () =>
  z.string().transform((value, context): RolePermissions => {
    const parsed = parse(value);
    if (parsed) return parsed;
    context.addIssue({ code: 'custom', message: RULE.error });
    return z.NEVER;
  });

/** Permissions of a user's roles; Better Auth separates several roles with commas. An unknown role permits nothing. */
export const permissionsOf = (role: string, permissions: RolePermissions): string[] => [
  ...new Set(
    role.split(',').flatMap((name) => (Object.hasOwn(permissions, name.trim()) ? permissions[name.trim()]! : [])),
  ),
];
