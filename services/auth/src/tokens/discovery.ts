import type { RingAlgorithm } from '@keyturn/keyring';

/** OpenID discovery of an issuer that has keys and tokens but no authorization endpoint yet. */
export const discoveryDocument = (issuer: string, algorithm: RingAlgorithm) => ({
  issuer,
  jwks_uri: `${issuer}/.well-known/jwks.json`,
  response_types_supported: [] as string[],
  grant_types_supported: [] as string[],
  subject_types_supported: ['public'],
  id_token_signing_alg_values_supported: [algorithm],
  claims_supported: ['sub', 'iss', 'aud', 'exp', 'iat', 'jti', 'email', 'role', 'permissions'],
});
