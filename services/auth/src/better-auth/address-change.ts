import type { BetterAuthPlugin } from 'better-auth';
import { APIError, createAuthMiddleware, getSessionFromCtx, isAPIError } from 'better-auth/api';
import type { Mail } from '../mail/mail.js';
import { jwtClaims } from '../session-secret/index.js';
import { localeFor, type MailUser } from './mail-options.js';
import { CONFIRMATION_NEEDED, isConfirmed } from './new-session.js';

type Context = Parameters<Parameters<typeof createAuthMiddleware>[0]>[0];

/** Back to the page that the link names, as Better Auth does it, if that is one of ours. */
const refused = (ctx: Context, code: string, message: string): Error => {
  const { callbackURL } = (ctx.query ?? {}) as { callbackURL?: unknown };
  if (typeof callbackURL !== 'string' || !ctx.context.isTrustedOrigin(callbackURL, { allowRelativePaths: true })) {
    return new APIError('UNAUTHORIZED', { code, message });
  }
  const page = new URL(callbackURL, ctx.context.baseURL);
  page.searchParams.set('error', code);
  return ctx.redirect(page.href);
};

const invalid = (ctx: Context): Error => refused(ctx, 'INVALID_TOKEN', 'Invalid token');

const ROW = (userId: string): string => `address-change:${userId}`;
const STAGES: readonly unknown[] = ['change-email-confirmation', 'change-email-verification'];

/**
 * Holds the links that change an address to what the user asked for. Better Auth follows any such link that the session
 * secret signed, and signs its bearer in; whoever learned that secret could take over any account. Here a link counts only
 * if
 *  1. a session of the account asked for this change, and it is not done yet (a row of the database),
 *  2. nobody else has the new address by now, and
 *  3. for the step that changes it, the link is opened in a session of that account.
 *
 * Whoever has the address can have a new password, so a session that was left open, or stolen, does not do to ask: its user
 * signed in within the last 5 minutes. And the old address hears of it, also when it is not verified and allows nothing.
 */
export const addressChange = (lifeSeconds: number, mail: Mail): BetterAuthPlugin => ({
  id: 'keyturn-address-change',
  hooks: {
    before: [
      { matcher: ({ path }) => path === '/change-email', handler: noteRequest(lifeSeconds) },
      { matcher: ({ path }) => path === '/verify-email', handler: holdLink },
    ],
    after: [{ matcher: ({ path }) => path === '/change-email', handler: tellOldAddress(mail) }],
  },
});

const noteRequest = (lifeSeconds: number) =>
  createAuthMiddleware(async (ctx) => {
    const session = await getSessionFromCtx(ctx, { disableCookieCache: true });
    const { newEmail } = ctx.body as { newEmail?: unknown };
    if (!session || typeof newEmail !== 'string') return;
    const { confirmedAt } = session.session as { confirmedAt?: Date | null };
    if (!isConfirmed(confirmedAt, Date.now())) throw new APIError('FORBIDDEN', CONFIRMATION_NEEDED);
    const { internalAdapter } = ctx.context;
    const identifier = ROW(session.user.id);
    await internalAdapter.deleteVerificationByIdentifier(identifier);
    const expiresAt = new Date(Date.now() + lifeSeconds * 1_000);
    await internalAdapter.createVerificationValue({ identifier, value: newEmail.toLowerCase(), expiresAt });
  });

/** Whether the new address is taken or not: that is not to be told by whether this mail comes. */
const tellOldAddress = (mail: Mail) =>
  createAuthMiddleware(async (ctx) => {
    const session = await getSessionFromCtx(ctx);
    const { newEmail } = ctx.body as { newEmail?: unknown };
    if (!session || session.user.emailVerified || isAPIError(ctx.context.returned)) return;
    const user = session.user as MailUser;
    await mail.addressChangeAsked(user, String(newEmail), localeFor(user, ctx.request));
  });

const holdLink = createAuthMiddleware(async (ctx) => {
  const { token } = (ctx.query ?? {}) as { token?: unknown };
  const claims = typeof token === 'string' ? jwtClaims(token) : undefined;
  if (claims === undefined || !('updateTo' in claims || 'requestType' in claims)) return;
  const { email, updateTo, requestType } = claims;
  if (typeof email !== 'string' || typeof updateTo !== 'string' || !STAGES.includes(requestType)) throw invalid(ctx);
  const { internalAdapter } = ctx.context;
  const user = (await internalAdapter.findUserByEmail(email))?.user;
  const asked = user && (await internalAdapter.findVerificationValue(ROW(user.id)));
  if (!asked || asked.value !== updateTo || asked.expiresAt < new Date()) throw invalid(ctx);
  if (await internalAdapter.findUserByEmail(updateTo)) throw invalid(ctx);
  if (requestType !== 'change-email-verification') return;
  const session = await getSessionFromCtx(ctx);
  if (session?.user.id !== user.id) throw refused(ctx, 'SIGN_IN_FIRST', 'Sign in first, then open the link again');
  await internalAdapter.deleteVerificationByIdentifier(ROW(user.id));
});
