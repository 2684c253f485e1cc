import type { BetterAuthPlugin } from 'better-auth';
import { createAuthMiddleware, getSessionFromCtx, isAPIError } from 'better-auth/api';
import type { Pool } from 'pg';
import { endGrants, removeStale } from './grants.js';

type Context = Parameters<Parameters<typeof createAuthMiddleware>[0]>[0];

/** Calls by which somebody makes sure that nobody else is in; a reset by mail does as well, in `mail-options`. */
const EVICTING = ['/change-password', '/revoke-sessions', '/revoke-other-sessions'];
const evicts = ({ path }: { readonly path?: string }): boolean => EVICTING.includes(path ?? '');

/**
 * An application that somebody let in, maybe from a session that was not theirs, does not outlive a new password or a
 * sign-out everywhere: refresh tokens are good without a session.
 */
export const grantsEnd = (pool: Pool): BetterAuthPlugin => {
  const users = new WeakMap<Request, string>();
  return {
    id: 'keyturn-grants-end',
    hooks: {
      before: [
        {
          matcher: ({ path }) => path === '/oauth2/token',
          handler: createAuthMiddleware(async ({ body }) => {
            const { grant_type: type, refresh_token: token } = (body ?? {}) as Record<string, unknown>;
            if (type === 'refresh_token' && typeof token === 'string') await removeStale(pool, token);
          }),
        },
        {
          // The call may end the session that tells whose it is.
          matcher: evicts,
          handler: createAuthMiddleware(async (ctx) => {
            const session = await getSessionFromCtx(ctx, { disableCookieCache: true, disableRefresh: true });
            if (session && ctx.request) users.set(ctx.request, session.user.id);
          }),
        },
      ],
      after: [
        {
          matcher: evicts,
          handler: createAuthMiddleware(async (ctx) => {
            const user = ctx.request && users.get(ctx.request);
            if (user !== undefined && !isAPIError(ctx.context.returned)) await endGrants(pool, user, sinceWhen(ctx));
          }),
        },
      ],
    },
  };
};

/** From when on every session is newer; undefined when one that is older lives on. */
const sinceWhen = ({ path, context }: Context): Date | undefined => {
  if (path === '/revoke-sessions') return new Date();
  return path === '/change-password' ? context.newSession?.session.createdAt : undefined;
};
