import { z } from 'zod';

/** What of a provider's discovery document is used. */
export interface DiscoveredProvider {
  readonly issuer: string;
  readonly authorizationUrl: string;
  readonly tokenUrl: string;
  readonly userInfoUrl: string | undefined;
  readonly jwksUrl: string;
  readonly algorithms: readonly string[];
}

const TIMEOUT_MS = 5_000;
const LONGEST = 256 * 1_024;

const DOCUMENT = z.object({
  issuer: z.string(),
  authorization_endpoint: z.url(),
  token_endpoint: z.url(),
  userinfo_endpoint: z.url().optional(),
  jwks_uri: z.url(),
  id_token_signing_alg_values_supported: z.array(z.string()).min(1),
});

/** Asks an issuer for its discovery document. Throws an Error when it is away, or answers for somebody else. */
export const discover = async (issuer: string, signal: AbortSignal): Promise<DiscoveredProvider> => {
  const url = `${issuer.replace(/\/+$/, '')}/.well-known/openid-configuration`;
  const limits = AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]);
  const answer = await fetch(url, { signal: limits, headers: { accept: 'application/json' } });
  if (!answer.ok) throw new Error(`the discovery document was answered with ${answer.status}`);
  const text = await answer.text();
  if (text.length > LONGEST) throw new Error('the discovery document is too long');
  const document = DOCUMENT.parse(JSON.parse(text));
  if (document.issuer !== issuer) throw new Error('the discovery document is of another issuer');
  return {
    issuer,
    authorizationUrl: document.authorization_endpoint,
    tokenUrl: document.token_endpoint,
    userInfoUrl: document.userinfo_endpoint,
    jwksUrl: document.jwks_uri,
    // A shared secret of the client is none of the provider's keys.
    algorithms: document.id_token_signing_alg_values_supported.filter((name) => !/^(HS\d+|none)$/i.test(name)),
  };
};
