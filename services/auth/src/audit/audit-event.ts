/** What is written down. Reasons are closed, and spelled alike in table, admin API, log and docs. */
export const AUDIT_EVENTS = [
  'sign-up',
  'sign-in',
  'second-factor-asked',
  'guesses-stopped',
  'sign-out',
  'password-changed',
  'password-reset-asked',
  'password-reset',
  'address-verified',
  'address-change-asked',
  'address-changed',
  'second-factor-on',
  'second-factor-off',
  'backup-codes-renewed',
  'session-revoked',
  'sessions-revoked',
  'account-linked',
  'account-unlinked',
  'roles-set',
  'user-disabled',
  'user-enabled',
  'user-signed-out',
  'client-created',
  'client-deleted',
  'client-secret-rotated',
  'key-rotate',
  'key-abort',
  'key-revoke',
  'administration-refused',
  'rate-limited',
] as const;

export type AuditEventName = (typeof AUDIT_EVENTS)[number];

/** From where a request came. */
export interface AuditSource {
  /** The client's address, past trusted proxies. */
  readonly address: string | null;
  readonly userAgent: string | null;
  readonly requestId: string | null;
}

/** What happened. Never a secret, a token, or what somebody typed. */
export interface AuditEvent extends AuditSource {
  readonly event: AuditEventName;
  readonly outcome: 'ok' | 'refused';
  /** Id of the user who did it; null = nobody who is known. */
  readonly actor: string | null;
  /** Id of the user to whom it happened; null = no user, or none who is known. */
  readonly subject: string | null;
  /** Facts such as the method of a sign-in, why it was refused, the roles that were set, a ring's name. */
  readonly details: Readonly<Record<string, string | number | readonly string[]>>;
}

/** An event that was written down. */
export interface AuditRecord extends AuditEvent {
  readonly id: string;
  /** RFC 3339. */
  readonly at: string;
}
