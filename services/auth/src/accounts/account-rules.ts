import type { BetterAuthPlugin } from 'better-auth';
import { APIError, createAuthMiddleware, getSessionFromCtx } from 'better-auth/api';
import type { AuditEventName } from '../audit/audit-event.js';
import type { AuditLog } from '../audit/audit-log.js';
import { auditSource } from '../audit/audit-source.js';
import type { AuthConfiguration } from '../configuration/variables.js';
import type { BrokenRule } from './broken-rule.js';
import { isCommonPassword } from './common-passwords.js';
import { isBlockedAddress, type MailDomainPolicy, mailDomainPolicy } from './mail-domains.js';
import { type PasswordPolicy, passwordProblems } from './password-policy.js';

type Context = Parameters<Parameters<typeof createAuthMiddleware>[0]>[0];

interface Rules {
  readonly passwords: PasswordPolicy;
  readonly domains: MailDomainPolicy;
}

interface Call {
  readonly password?: 'password' | 'newPassword';
  readonly email?: 'email' | 'newEmail';
  /** What it is in the audit log. */
  readonly event: AuditEventName;
}

/** Which fields of which calls are looked at. */
const CALLS: Readonly<Record<string, Call>> = {
  '/sign-up/email': { password: 'password', email: 'email', event: 'sign-up' },
  '/reset-password': { password: 'newPassword', event: 'password-reset' },
  '/change-password': { password: 'newPassword', event: 'password-changed' },
  '/change-email': { email: 'newEmail', event: 'address-change-asked' },
};

/** Holds new passwords and new addresses to the configured rules; the answer names all that are broken at once. */
export const accountRules = (configuration: AuthConfiguration, audit: AuditLog): BetterAuthPlugin => {
  const rules = rulesOf(configuration);
  const handler = createAuthMiddleware(async (ctx) => {
    const call = CALLS[ctx.path ?? '']!;
    const owner = await ownerOf(ctx);
    const broken = brokenRules(ctx, call, owner?.email, rules);
    if (broken.length === 0) return;
    await note(audit, ctx, call, owner?.id ?? null, broken);
    const message = broken.map((rule) => `${rule.field} ${rule.message}`).join('; ');
    throw new APIError('BAD_REQUEST', { code: 'RULES_BROKEN', message, errors: broken });
  });
  return {
    id: 'keyturn-account-rules',
    hooks: { before: [{ matcher: ({ path }) => Object.hasOwn(CALLS, path ?? ''), handler }] },
  };
};

const rulesOf = (configuration: AuthConfiguration): Rules => ({
  passwords: {
    minLength: configuration.KEYTURN_PASSWORD_MIN_LENGTH,
    maxLength: configuration.KEYTURN_PASSWORD_MAX_LENGTH,
    classes: configuration.KEYTURN_PASSWORD_CLASSES,
    isCommon: configuration.KEYTURN_PASSWORD_REFUSE_COMMON ? isCommonPassword : () => false,
  },
  domains: mailDomainPolicy(configuration),
});

const note = (
  audit: AuditLog,
  ctx: Context,
  { event }: Call,
  user: string | null,
  broken: readonly BrokenRule[],
): Promise<void> => {
  const details = { reason: 'RULES_BROKEN', rules: broken.map(({ field, rule }) => `${field} ${rule}`) };
  const who = { actor: user, subject: user };
  return audit.record({ event, outcome: 'refused', ...who, details, ...auditSource(ctx.request?.headers) });
};

const brokenRules = (
  ctx: Context,
  call: Call,
  owner: string | undefined,
  { passwords, domains }: Rules,
): readonly BrokenRule[] => {
  const body = (ctx.body ?? {}) as Record<string, unknown>;
  const password = call.password && body[call.password];
  const address = call.email && body[call.email];
  const broken: BrokenRule[] = [];
  if (call.password && typeof password === 'string') {
    const email = typeof address === 'string' ? address : owner;
    for (const problem of passwordProblems(password, email, passwords))
      broken.push({ field: call.password, ...problem });
  }
  if (call.email && typeof address === 'string' && isBlockedAddress(address, domains)) {
    const message = 'must not be at a provider of disposable addresses, or at another domain that is not taken here';
    broken.push({ field: call.email, rule: 'disposable-domain', message });
  }
  return broken;
};

interface Owner {
  readonly id: string;
  readonly email: string;
}

/** Whose account it is about: by the token of a reset, else by the session; nobody's yet at a sign-up. */
const ownerOf = async (ctx: Context): Promise<Owner | undefined> => {
  if (ctx.path === '/sign-up/email') return undefined;
  if (ctx.path !== '/reset-password') return (await getSessionFromCtx(ctx))?.user;
  const token =
    (ctx.body as { token?: unknown } | undefined)?.token ?? (ctx.query as { token?: unknown } | undefined)?.token;
  if (typeof token !== 'string') return undefined;
  const { internalAdapter } = ctx.context;
  const reset = await internalAdapter.findVerificationValue(`reset-password:${token}`);
  return reset ? ((await internalAdapter.findUserById(reset.value)) ?? undefined) : undefined;
};
