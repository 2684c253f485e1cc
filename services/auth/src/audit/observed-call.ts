import type { AuditEventName } from './audit-event.js';

/** A call of Better Auth, before and after it, as far as it tells what happened. */
export interface ObservedCall {
  /** The pattern of its path, such as `/callback/:id`. */
  readonly path: string;
  readonly ok: boolean;
  /** Literal code of the refusal. */
  readonly reason: string | undefined;
  /** Who was signed in before it. */
  readonly before: { readonly id: string; readonly secondFactor: boolean } | undefined;
  /** Id of who is signed in by it. */
  readonly signedIn: string | undefined;
  /** Id of the account that it is about: by link, or by the question for its second factor. */
  readonly about: string | undefined;
  /** Id of the user in the answer. */
  readonly answered: string | undefined;
  /** Whether a link of a mail changes an address, and how far that is. */
  readonly link: 'verifies' | 'allows-change' | 'changes' | undefined;
}

type Told = { readonly event: AuditEventName; readonly subject: string | undefined; readonly method?: string };

const SIGN_IN = /^\/(?:sign-in\/(?<method>[a-z0-9-]+)|(?<callback>callback|oauth2\/callback)\/)/;
const SECOND_FACTOR = /^\/two-factor\/verify-(?<method>[a-z-]+)$/;

/** Calls of somebody who is signed in, and what they are when they succeed. */
const OWN: Readonly<Record<string, AuditEventName>> = {
  '/sign-out': 'sign-out',
  '/change-password': 'password-changed',
  '/change-email': 'address-change-asked',
  '/two-factor/disable': 'second-factor-off',
  '/two-factor/generate-backup-codes': 'backup-codes-renewed',
  '/revoke-session': 'session-revoked',
  '/revoke-sessions': 'sessions-revoked',
  '/revoke-other-sessions': 'sessions-revoked',
  '/unlink-account': 'account-unlinked',
};

/** What happened in a call; undefined = nothing that is written down. Rules, in order, by the call's path. */
export const auditOf = (call: ObservedCall): Told | undefined => {
  const own = OWN[call.path];
  if (own) return call.before && { event: own, subject: call.before.id };
  const signIn = SIGN_IN.exec(call.path);
  if (signIn) return signedIn(call, signIn.groups?.['method'] ?? 'provider');
  const factor = SECOND_FACTOR.exec(call.path);
  if (factor) return secondFactor(call, factor.groups?.['method'] ?? '');
  switch (call.path) {
    case '/sign-up/email':
      return { event: 'sign-up', subject: call.about };
    case '/request-password-reset':
      return { event: 'password-reset-asked', subject: call.about };
    case '/reset-password':
      return { event: 'password-reset', subject: call.about };
    case '/verify-email':
      return verified(call);
    default:
      return undefined;
  }
};

const signedIn = ({ ok, signedIn: by, about }: ObservedCall, method: string): Told | undefined => {
  if (by !== undefined) return { event: 'sign-in', subject: by, method };
  if (method === 'email') return { event: ok ? 'second-factor-asked' : 'sign-in', subject: about, method };
  // A redirect to a provider is no sign-in yet.
  return ok ? undefined : { event: 'sign-in', subject: undefined, method };
};

const secondFactor = (call: ObservedCall, method: string): Told | undefined => {
  const { before, ok, signedIn: by, answered, about } = call;
  if (!before) return { event: 'sign-in', subject: by ?? answered ?? about, method };
  return before.secondFactor || !ok ? undefined : { event: 'second-factor-on', subject: before.id };
};

const verified = ({ link, about, ok }: ObservedCall): Told | undefined => {
  if (link === 'changes') return { event: 'address-changed', subject: about };
  return link === 'verifies' && ok ? { event: 'address-verified', subject: about } : undefined;
};
