import type { ClientType } from './client-input.js';

/** A row of the provider's table, as far as it is shown. */
export interface ClientRow {
  readonly clientId: string;
  readonly name?: string | null;
  readonly grantTypes?: readonly string[] | null;
  readonly scopes?: readonly string[] | null;
  readonly clientCredentialsScopes?: readonly string[] | null;
  readonly redirectUris?: readonly string[] | null;
  readonly tokenEndpointAuthMethod?: string | null;
  readonly skipConsent?: boolean | null;
  readonly disabled?: boolean | null;
  readonly createdAt?: Date | null;
}

/** A client as an administrator sees it: never its secret. Times are RFC 3339. */
export interface ClientSummary {
  readonly clientId: string;
  readonly name: string;
  readonly type: ClientType;
  readonly scopes: readonly string[];
  readonly redirectUris: readonly string[];
  /** `none` for a client without a secret. */
  readonly authMethod: string;
  readonly trusted: boolean;
  readonly disabled: boolean;
  readonly createdAt: string | null;
}

export const clientSummary = (row: ClientRow): ClientSummary => {
  const type = typeOf(row);
  return {
    clientId: row.clientId,
    name: row.name ?? '',
    type,
    scopes: (type === 'machine' ? row.clientCredentialsScopes : row.scopes) ?? [],
    redirectUris: row.redirectUris ?? [],
    authMethod: row.tokenEndpointAuthMethod ?? 'client_secret_basic',
    trusted: row.skipConsent === true,
    disabled: row.disabled === true,
    createdAt: row.createdAt?.toISOString() ?? null,
  };
};

const typeOf = ({ grantTypes, tokenEndpointAuthMethod }: ClientRow): ClientType => {
  if (grantTypes?.includes('client_credentials')) return 'machine';
  return tokenEndpointAuthMethod === 'none' ? 'native' : 'web';
};
