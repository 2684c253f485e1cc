import type { BetterAuthPlugin } from 'better-auth';
import { APIError, createAuthMiddleware, getSessionFromCtx } from 'better-auth/api';
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

/** Which fields of which calls are looked at, and whose address the password must not contain. */
const CALLS: Readonly<Record<string, { password?: 'password' | 'newPassword'; email?: 'email' | 'newEmail' }>> = {
  '/sign-up/email': { password: 'password', email: 'email' },
  '/reset-password': { password: 'newPassword' },
  '/change-password': { password: 'newPassword' },
  '/set-password': { password: 'newPassword' },
  '/change-email': { email: 'newEmail' },
};

/** Holds new passwords and new addresses to the configured rules; the answer names all that are broken at once. */
export const accountRules = (configuration: AuthConfiguration): BetterAuthPlugin => {
  const rules = rulesOf(configuration);
  const handler = createAuthMiddleware(async (ctx) => {
    const broken = await brokenRules(ctx, rules);
    if (broken.length === 0) return;
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

const brokenRules = async (ctx: Context, { passwords, domains }: Rules): Promise<readonly BrokenRule[]> => {
  const call = CALLS[ctx.path ?? ''] ?? {};
  const body = (ctx.body ?? {}) as Record<string, unknown>;
  const password = call.password && body[call.password];
  const address = call.email && body[call.email];
  const broken: BrokenRule[] = [];
  if (call.password && typeof password === 'string') {
    const email = typeof address === 'string' ? address : await addressOf(ctx, body);
    for (const problem of passwordProblems(password, email, passwords))
      broken.push({ field: call.password, ...problem });
  }
  if (call.email && typeof address === 'string' && isBlockedAddress(address, domains)) {
    const message = 'must not be at a provider of disposable addresses, or at another domain that is not taken here';
    broken.push({ field: call.email, rule: 'disposable-domain', message });
  }
  return broken;
};

/** Of whom the password is to be: by the token of a reset, else by the session. */
const addressOf = async (ctx: Context, body: Record<string, unknown>): Promise<string | undefined> => {
  if (ctx.path !== '/reset-password') return (await getSessionFromCtx(ctx))?.user.email;
  const token = body['token'] ?? (ctx.query as { token?: unknown } | undefined)?.token;
  if (typeof token !== 'string') return undefined;
  const { internalAdapter } = ctx.context;
  const reset = await internalAdapter.findVerificationValue(`reset-password:${token}`);
  return reset ? (await internalAdapter.findUserById(reset.value))?.email : undefined;
};
