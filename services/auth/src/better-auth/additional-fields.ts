import { z } from 'zod';
import { LOCALES } from '../mail/locale.js';

/** What a user has besides Better Auth's own fields. `input: false`: nobody gives themselves a role at sign-up. */
export const userFields = {
  role: { type: 'string', required: true, defaultValue: 'user', input: false },
  /** Since when the user may not sign in; an administrator said so. */
  disabledAt: { type: 'date', required: false, input: false },
  /** Of the mails that they get; without it what their browser accepts. */
  locale: { type: 'string', required: false, input: true, validator: { input: z.enum(LOCALES).nullish() } },
  /** Grants of applications from before are not renewed: since then the password is new, or everything was signed out. */
  credentialsValidFrom: { type: 'date', required: false, input: false, returned: false },
  lastSignInAt: { type: 'date', required: false, input: false },
} as const;

/**
 * What a session has besides Better Auth's own fields: when its user proved who they are. Absent for a session that came
 * about otherwise, such as by a link, which whoever knows the session secret could make.
 */
export const sessionFields = {
  confirmedAt: { type: 'date', required: false, input: false },
} as const;
