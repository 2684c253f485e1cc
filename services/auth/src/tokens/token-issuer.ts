import { randomUUID } from 'node:crypto';
import { KeyringError, type RingNode } from '@keyturn/keyring';
import { APIError } from 'better-auth/api';
import type { JwtOptions } from 'better-auth/plugins';
import type { JWTPayload } from 'jose';
import type { AuthConfiguration } from '../configuration/variables.js';
import type { AuthMetrics } from '../metrics.js';
import { type LiveKeySet, liveKeySet } from '../oauth/own-token.js';
import { platformResource } from '../oauth/platform-resource.js';
import { type TokenUser, userClaims } from './claims.js';
import { SigningKeys } from './signing-key.js';

/** What a client waits before it asks again for a token that could not be signed; seconds. */
const RETRY_AFTER = 5;

/** Access tokens from the token ring, in the form of Better Auth's jwt plugin. */
export interface TokenIssuer {
  readonly issuer: string;
  /** What a client names to get a token for the platform (RFC 8707). */
  readonly resource: string;
  /** The keys that are accepted now. */
  readonly keys: LiveKeySet;
  /** The jwt plugin's view of the keys. */
  readonly jwks: NonNullable<JwtOptions['jwks']>;
  readonly claims: (session: { readonly user: TokenUser & Record<string, unknown> }) => Record<string, unknown>;
  readonly sign: (payload: JWTPayload, header?: object) => Promise<string>;
}

export interface TokenIssuerParts {
  readonly configuration: AuthConfiguration;
  readonly node: RingNode;
  readonly metrics: AuthMetrics;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

export const createTokenIssuer = ({ configuration, node, metrics, now }: TokenIssuerParts): TokenIssuer => {
  const keys = new SigningKeys();
  const liveKeys = liveKeySet(node);
  const issuer = configuration.KEYTURN_BASE_URL;
  return {
    issuer,
    resource: platformResource(issuer),
    keys: liveKeys,
    jwks: jwksOptions(node, liveKeys),
    claims: ({ user }) => ({ ...userClaims(user, configuration.KEYTURN_ROLE_PERMISSIONS) }),
    sign: async (payload, header) => {
      try {
        const signer = node.signer();
        const iat = payload.iat ?? Math.floor(now() / 1_000);
        const longest = iat + Math.max(1, Math.floor(lifetimeMs(configuration, node) / 1_000));
        const exp = Math.min(payload.exp ?? longest, longest);
        const aud = audienceOf(payload.aud, configuration);
        const token = await keys.sign({ ...payload, aud, iat, exp, jti: randomUUID() }, header, signer);
        metrics.tokensIssued.inc({ result: 'issued' });
        return token;
      } catch (error) {
        metrics.tokensIssued.inc({ result: 'failed' });
        throw cannotSign(error);
      }
    },
  };
};

type PluginKeys = NonNullable<JwtOptions['jwks']>;
type PluginAlgorithm = NonNullable<PluginKeys['keyPairConfig']>['alg'];

/**
 * With `jwt.sign` the plugin keeps no keys of its own, and its `/jwks` answers 404. What verifies with its keys takes a URL or
 * a function for them: a function spares us a request to ourselves, and a revoked key is refused at once.
 */
const jwksOptions = (node: RingNode, keys: LiveKeySet): PluginKeys => ({
  remoteUrl: (async () => keys) as unknown as string,
  keyPairConfig: {
    get alg(): PluginAlgorithm {
      return node.require().document.algorithm as PluginAlgorithm;
    },
  } as PluginKeys['keyPairConfig'],
});

/** The platform's resource is the platform's audience, whatever it is called. */
const audienceOf = (aud: JWTPayload['aud'], configuration: AuthConfiguration): JWTPayload['aud'] => {
  const { KEYTURN_AUDIENCE: audience, KEYTURN_BASE_URL: base } = configuration;
  const renamed = [aud ?? audience].flat().map((name) => (name === platformResource(base) ? audience : name));
  return renamed.length === 1 ? renamed[0] : [...new Set(renamed)];
};

/** A token never outlives what its ring allows: the drain of its key was computed from that. */
const lifetimeMs = (configuration: AuthConfiguration, node: RingNode): number =>
  Math.min(configuration.KEYTURN_ACCESS_TOKEN_TTL, node.require().document.settings.maxCredentialLifetimeMs);

/** Rule P7: no usable key is 503, never 401. */
const cannotSign = (error: unknown): unknown => {
  if (!(error instanceof KeyringError)) return error;
  const body = { code: 'TOKENS_UNAVAILABLE', message: 'No token can be signed at the moment.' };
  return new APIError('SERVICE_UNAVAILABLE', body, { 'retry-after': String(RETRY_AFTER) });
};
