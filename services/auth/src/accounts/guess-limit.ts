import type { BetterAuthPlugin } from 'better-auth';
import { APIError, createAuthMiddleware, isAPIError } from 'better-auth/api';
import { auditSource } from '../audit/audit-source.js';
import type { AuditLog } from '../audit/audit-log.js';
import type { AuthMetrics } from '../metrics.js';
import type { GuessCounter } from './guess-counter.js';

export interface GuessLimitParts {
  readonly guesses: GuessCounter;
  /** Wrong passwords of one address within the counter's window; 0 = any number. */
  readonly max: number;
  readonly audit: AuditLog;
  readonly metrics: AuthMetrics;
}

const isSignIn = ({ path }: { readonly path?: string }): boolean => path === '/sign-in/email';
const addressOf = ({ body }: { readonly body?: unknown }): string | undefined => {
  const { email } = (body ?? {}) as { readonly email?: unknown };
  return typeof email === 'string' && email !== '' ? email : undefined;
};

/**
 * Stops guesses at one password, from however many places they come: beyond the limit sign-ins with the address wait for the
 * end of the window, or for a password that is set by mail. Sessions go on. An address that nobody has is treated alike.
 */
export const guessLimit = ({ guesses, max, audit, metrics }: GuessLimitParts): BetterAuthPlugin => {
  const before = createAuthMiddleware(async (ctx) => {
    const address = addressOf(ctx);
    if (address === undefined) return;
    const { count, endsInMs } = await guesses.add(address);
    if (count <= max) return;
    const owner = await ctx.context.internalAdapter.findUserByEmail(address);
    if (count === max + 1) {
      metrics.guessesStopped.inc();
      const who = { actor: null, subject: owner?.user.id ?? null };
      const source = auditSource(ctx.request?.headers);
      await audit.record({ event: 'guesses-stopped', outcome: 'ok', ...who, details: { guesses: max }, ...source });
    }
    const seconds = Math.max(1, Math.ceil(endsInMs / 1_000));
    const message = 'Too many wrong passwords. Wait, or set a new password by mail.';
    throw new APIError('TOO_MANY_REQUESTS', { code: 'TOO_MANY_GUESSES', message }, { 'retry-after': String(seconds) });
  });
  const after = createAuthMiddleware(async (ctx) => {
    const address = addressOf(ctx);
    if (address !== undefined && !isAPIError(ctx.context.returned)) await guesses.forget(address);
  });
  return {
    id: 'keyturn-guess-limit',
    hooks:
      max === 0
        ? {}
        : { before: [{ matcher: isSignIn, handler: before }], after: [{ matcher: isSignIn, handler: after }] },
  };
};
