import type { AuthConfiguration } from '../configuration/variables.js';

/** Scopes about the user; the rest are permissions. */
export const OPENID_SCOPES = ['openid', 'profile', 'email', 'offline_access'] as const;

type Configured = Pick<AuthConfiguration, 'KEYTURN_ROLE_PERMISSIONS' | 'KEYTURN_CLIENT_SCOPES'>;

/** What clients can be allowed: every permission that some role names, and those that no role has. Without wildcards. */
export const permissionScopes = (configuration: Configured): string[] => {
  const named = Object.values(configuration.KEYTURN_ROLE_PERMISSIONS).flat();
  return [...new Set([...named, ...configuration.KEYTURN_CLIENT_SCOPES])].filter((name) => !name.includes('*')).sort();
};

export const supportedScopes = (configuration: Configured): string[] => [
  ...OPENID_SCOPES,
  ...permissionScopes(configuration),
];
