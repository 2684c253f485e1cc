/** A column that Better Auth encrypts under the session secret, in the form `$ba$<version>$<ciphertext>`. */
export interface EncryptedColumn {
  readonly table: string;
  readonly column: string;
}

/**
 * Every encrypted column of the configured features. A feature that encrypts more adds its columns here and to the
 * test of the sweep. The table `jwks` of Better Auth's jwt plugin stays empty: tokens are signed by the ring.
 */
export const ENCRYPTED_COLUMNS: readonly EncryptedColumn[] = [
  { table: 'twoFactor', column: 'secret' },
  { table: 'twoFactor', column: 'backupCodes' },
  { table: 'account', column: 'accessToken' },
  { table: 'account', column: 'refreshToken' },
  { table: 'oauthRefreshToken', column: 'rotationReplayResponse' },
];
