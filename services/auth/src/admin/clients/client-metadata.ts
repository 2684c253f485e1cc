import type { NewClient } from './client-input.js';

/** A client in the terms of RFC 7591, as the provider registers it. */
export const clientMetadata = (client: NewClient) => {
  const { name, type, scopes, redirectUris, authMethod, trusted } = client;
  if (type === 'machine') {
    return {
      client_name: name,
      grant_types: ['client_credentials'],
      client_credentials_scopes: [...scopes],
      token_endpoint_auth_method: authMethod,
    };
  }
  return {
    client_name: name,
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code' as const],
    redirect_uris: [...redirectUris],
    scope: scopes.join(' '),
    application_type: type,
    token_endpoint_auth_method: type === 'native' ? 'none' : authMethod,
    skip_consent: trusted,
  };
};
