import type { BetterAuthPlugin } from 'better-auth';
import { createAuthMiddleware, getSessionFromCtx, isAPIError } from 'better-auth/api';
import { jwtClaims } from '../session-secret/index.js';
import type { AuditEvent } from './audit-event.js';
import type { AuditLog } from './audit-log.js';
import { auditSource } from './audit-source.js';
import { auditOf, type ObservedCall } from './observed-call.js';

type Context = Parameters<Parameters<typeof createAuthMiddleware>[0]>[0];
type Before = Pick<ObservedCall, 'before' | 'about' | 'link'>;

const OBSERVED =
  /^\/(?:sign-(?:in|up|out)|callback|oauth2\/callback|two-factor|revoke-|(?:change|reset)-password|change-email|verify-email|request-password-reset|unlink-account)/;
/** Codes of Better Auth's errors are literals. */
const REASON = /^[A-Z_]{3,64}$/;
const observed = ({ path }: { readonly path?: string }): boolean => OBSERVED.test(path ?? '');

/**
 * Writes down what happened in the calls of Better Auth, and when a user signed in last. Stands after every plugin that may
 * undo a sign-in, such as the one that asks for a second factor.
 */
export const auditPlugin = (audit: AuditLog): BetterAuthPlugin => {
  const noted = new WeakMap<Request, Before>();
  const before = createAuthMiddleware(async (ctx) => {
    if (ctx.request) noted.set(ctx.request, await stateBefore(ctx));
  });
  const after = createAuthMiddleware(async (ctx) => {
    const state = ctx.request && noted.get(ctx.request);
    if (!state) return;
    const call = observe(ctx, state);
    const told = auditOf(call);
    if (!told) return;
    const { event, method } = told;
    const subject = told.subject ?? (await accountOf(ctx));
    const ok = call.ok && (event !== 'sign-up' || call.answered === subject);
    if (call.signedIn !== undefined && !state.before) await noteSignIn(ctx, call.signedIn);
    const actor = state.before?.id ?? (ok && event !== 'password-reset-asked' ? subject : undefined);
    const outcome = ok ? 'ok' : 'refused';
    const reason = ok ? undefined : call.reason;
    const details: AuditEvent['details'] = { ...(method !== undefined && { method }), ...(reason && { reason }) };
    const who = { actor: actor ?? null, subject: subject ?? null };
    await audit.record({ event, outcome, ...who, details, ...auditSource(ctx.request?.headers) });
  });
  return {
    id: 'keyturn-audit',
    hooks: {
      before: [{ matcher: observed, handler: before }],
      after: [{ matcher: observed, handler: after }],
    },
  };
};

/** Looked at beforehand, since the call may end the session, use the link up, or change the address. */
const stateBefore = async (ctx: Context): Promise<Before> => {
  const session = await getSessionFromCtx(ctx, { disableCookieCache: true, disableRefresh: true });
  const { id, twoFactorEnabled } = (session?.user ?? {}) as { id?: string; twoFactorEnabled?: boolean };
  const claims =
    ctx.path === '/verify-email' ? jwtClaims(String((ctx.query as { token?: unknown })?.token)) : undefined;
  return {
    before: id === undefined ? undefined : { id, secondFactor: twoFactorEnabled === true },
    about: (await linkedAccount(ctx, claims)) ?? (await challengedAccount(ctx)),
    link: claims && linkOf(claims['requestType']),
  };
};

const linkOf = (requestType: unknown): ObservedCall['link'] => {
  if (requestType === undefined) return 'verifies';
  return requestType === 'change-email-verification' ? 'changes' : 'allows-change';
};

/** Whose account a link of a mail is about. */
const linkedAccount = async (
  ctx: Context,
  claims: Record<string, unknown> | undefined,
): Promise<string | undefined> => {
  const { internalAdapter } = ctx.context;
  if (typeof claims?.['email'] === 'string') return (await internalAdapter.findUserByEmail(claims['email']))?.user.id;
  if (ctx.path !== '/reset-password') return undefined;
  const token =
    (ctx.body as { token?: unknown } | undefined)?.token ?? (ctx.query as { token?: unknown } | undefined)?.token;
  return typeof token === 'string'
    ? (await internalAdapter.findVerificationValue(`reset-password:${token}`))?.value
    : undefined;
};

/** Who is asked for the second factor. */
const challengedAccount = async (ctx: Context): Promise<string | undefined> => {
  if (!ctx.path?.startsWith('/two-factor/verify-')) return undefined;
  const { name } = ctx.context.createAuthCookie('two_factor');
  const challenge = await ctx.getSignedCookie(name, ctx.context.secret);
  return challenge ? (await ctx.context.internalAdapter.findVerificationValue(challenge))?.value : undefined;
};

/** Whose address the call names. Asked for whether there is one or not: that is what the answer must not tell by its time. */
const accountOf = async (ctx: Context): Promise<string | undefined> => {
  const { email } = (ctx.body ?? {}) as { email?: unknown };
  return typeof email === 'string' ? (await ctx.context.internalAdapter.findUserByEmail(email))?.user.id : undefined;
};

const observe = (ctx: Context, state: Before): ObservedCall => {
  const { returned, newSession } = ctx.context as { returned?: unknown; newSession?: { user: { id: string } } | null };
  const { user } = (returned ?? {}) as { user?: { id?: string } };
  const code = isAPIError(returned) ? returned.body?.code : undefined;
  return {
    path: ctx.path ?? '',
    ok: !isAPIError(returned) || returned.statusCode < 400,
    reason: typeof code === 'string' && REASON.test(code) ? code : undefined,
    signedIn: newSession?.user.id,
    answered: user?.id,
    ...state,
  };
};

const noteSignIn = async (ctx: Context, userId: string): Promise<void> => {
  await ctx.context.internalAdapter.updateUser(userId, { lastSignInAt: new Date() });
};
