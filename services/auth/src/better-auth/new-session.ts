/** Paths that end with a proof that was made here: a password, a second factor, or both. */
const PROOF = /^\/sign-(?:in|up)\/email$|^\/two-factor\/verify-(?:totp|backup-code)$/;

export const isProof = (path: string | undefined): boolean => PROOF.test(path ?? '');

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
