/** Paths that end with a proof that was made here: a password, a second factor, or both. */
const PROOF = /^\/sign-(?:in|up)\/email$|^\/two-factor\/verify-(?:totp|backup-code)$/;

export const isProof = (path: string | undefined): boolean => PROOF.test(path ?? '');

/** How long ago a proof may have been, for what a session that was left open is not to do. */
const CONFIRMED_WITHIN_MS = 5 * 60_000;

export const CONFIRMATION_NEEDED = {
  code: 'ERR_CONFIRMATION_NEEDED',
  message: 'Sign in again: this needs a sign-in within the last 5 minutes.',
} as const;

/** Whether the user of a session proved not long ago who they are. `now` in epoch ms. */
export const isConfirmed = (confirmedAt: Date | null | undefined, now: number): boolean =>
  now - (confirmedAt?.getTime() ?? 0) <= CONFIRMED_WITHIN_MS;

export interface NewSession {
  readonly expiresAt: Date;
}

/**
 * Better Auth's hook on new sessions. It notes when the user proved who they are, and holds every session to the life that
 * it was given, in seconds: Better Auth lets one that is not to be remembered live for 24 h, and what it was signed with may be gone
 * by then.
 */
export const newSession =
  (life: number) =>
  async <S extends NewSession>(session: S, request: { readonly path?: string } | null) => {
    const now = Date.now();
    const expiresAt = new Date(Math.min(session.expiresAt.getTime(), now + life * 1_000));
    const confirmed = isProof(request?.path) && { confirmedAt: new Date(now) };
    return { data: { ...session, expiresAt, ...confirmed } };
  };
