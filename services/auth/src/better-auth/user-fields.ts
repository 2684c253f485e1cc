/** What a user has besides Better Auth's own fields. `input: false`: nobody gives themselves a role at sign-up. */
export const userFields = {
  role: { type: 'string', required: true, defaultValue: 'user', input: false },
} as const;
