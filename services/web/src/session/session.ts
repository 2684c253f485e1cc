/** Who is signed in, as the auth service says it. */
export interface User {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly emailVerified: boolean;
  readonly role?: string | null;
  readonly twoFactorEnabled?: boolean | null;
  readonly createdAt: string;
}

export interface Session {
  readonly user: User;
  readonly session: { readonly id: string; readonly expiresAt: string; readonly createdAt: string };
}
