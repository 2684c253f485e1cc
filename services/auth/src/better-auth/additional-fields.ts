/** What a user has besides Better Auth's own fields. `input: false`: nobody gives themselves a role at sign-up. */
export const userFields = {
  role: { type: 'string', required: true, defaultValue: 'user', input: false },
} as const;

/**
 * What a session has besides Better Auth's own fields: when its user proved who they are. Absent for a session that came
 * about otherwise, such as by a link, which whoever knows the session secret could make.
 */
export const sessionFields = {
  confirmedAt: { type: 'date', required: false, input: false },
} as const;

/** Paths that end with a proof: a password, a second factor, or both. */
const PROOF = /^\/(sign-in|sign-up)\/|^\/two-factor\/verify-/;

/** For Better Auth's hook on new sessions. `path` is undefined outside a request. */
export const confirmation = (path: string | undefined, now: Date): { confirmedAt?: Date } =>
  path !== undefined && PROOF.test(path) ? { confirmedAt: now } : {};
