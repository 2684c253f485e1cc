import type { RingAlgorithm } from '@keyturn/keyring';

export interface Discovered {
  readonly issuer: string;
  readonly algorithm: RingAlgorithm;
  readonly scopes: readonly string[];
}

const SECRETS = ['client_secret_basic', 'client_secret_post'];

/** OpenID Connect Discovery 1.0 and RFC 8414: everything that a client of another make needs to know. */
export const discoveryDocument = ({ issuer, algorithm, scopes }: Discovered) => {
  const oauth = `${issuer}/api/auth/oauth2`;
  return {
    issuer,
    authorization_endpoint: `${oauth}/authorize`,
    token_endpoint: `${oauth}/token`,
    userinfo_endpoint: `${oauth}/userinfo`,
    introspection_endpoint: `${oauth}/introspect`,
    revocation_endpoint: `${oauth}/revoke`,
    end_session_endpoint: `${oauth}/end-session`,
    jwks_uri: `${issuer}/.well-known/jwks.json`,
    scopes_supported: [...scopes],
    response_types_supported: ['code'],
    response_modes_supported: ['query'],
    grant_types_supported: ['authorization_code', 'client_credentials', 'refresh_token'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: [algorithm],
    token_endpoint_auth_methods_supported: [...SECRETS, 'none'],
    introspection_endpoint_auth_methods_supported: SECRETS,
    revocation_endpoint_auth_methods_supported: SECRETS,
    code_challenge_methods_supported: ['S256'],
    authorization_response_iss_parameter_supported: true,
    claims_supported: CLAIMS,
  };
};

const CLAIMS = [
  'sub',
  'iss',
  'aud',
  'exp',
  'iat',
  'jti',
  'auth_time',
  'name',
  'picture',
  'email',
  'email_verified',
].concat(['role', 'permissions', 'scope']);
