import { ProblemException } from '@keyturn/guard';
import { unavailable } from '@keyturn/runtime';
import { carriedHeaders } from '../better-auth/carried-request.js';
import type { Generation } from '../better-auth/generation.js';
import { CONFIRMATION_NEEDED, isConfirmed } from '../better-auth/new-session.js';
import { watchDatabase } from '../database/unavailable.js';

export interface Administrator {
  readonly userId: string;
  /** What Better Auth is to see when it is asked on the administrator's behalf. */
  readonly headers: Headers;
  readonly generation: Generation;
}

/** Somebody is not to administer. `userId`: whose session it is, if it is one. */
export class AdministrationRefused extends ProblemException {
  constructor(
    status: 401 | 403,
    readonly code: string,
    detail: string,
    readonly userId: string | null = null,
  ) {
    super({ status, code, detail });
  }
}

const refuse = (code: string, detail: string, userId: string): AdministrationRefused =>
  new AdministrationRefused(403, code, detail, userId);

/**
 * The administrator whose session the request bears. Reads the database, not the cookie cache, and changes nothing.
 *
 * `recently` (default): the sign-in was within the last 5 minutes.
 *
 * Throws AdministrationRefused: 401 without a session, 403 for others and for a sign-in that is too long ago; ProblemException 503
 * when the database is away.
 */
export const requireAdministrator = async (
  headers: Headers,
  generation: Generation | undefined,
  now: number,
  { recently = true }: { readonly recently?: boolean } = {},
): Promise<Administrator> => {
  if (!generation) throw unavailable('The service has no session secret at the moment.', 2);
  const query = { disableCookieCache: true, disableRefresh: true };
  const carried = carriedHeaders(headers, generation);
  const { result, databaseAway } = await watchDatabase(() =>
    generation.auth.api.getSession({ headers: carried, query }).then(
      (found) => ({ found }),
      (failure: unknown) => ({ failure }),
    ),
  );
  if (databaseAway) throw unavailable('The database cannot be reached at the moment.', 2);
  if ('failure' in result) throw result.failure;
  if (result.found === null)
    throw new AdministrationRefused(401, 'ERR_NO_SESSION', 'Sign in first. A token does not do here.');
  const { session, user } = result.found;
  if (!user.role.split(',').includes('admin'))
    throw refuse('ERR_NOT_ADMINISTRATOR', 'This needs the role admin.', user.id);
  if (recently && !isConfirmed(session.confirmedAt, now))
    throw refuse(CONFIRMATION_NEEDED.code, CONFIRMATION_NEEDED.message, user.id);
  return { userId: user.id, headers: carried, generation };
};
