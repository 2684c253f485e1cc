import { randomUUID } from 'node:crypto';
import { KeyringError, type RingNode } from '@keyturn/keyring';
import { APIError } from 'better-auth/api';
import type { JWTPayload } from 'jose';
import type { AuthConfiguration } from '../configuration/variables.js';
import type { AuthMetrics } from '../metrics.js';
import { type TokenUser, userClaims } from './claims.js';
import { SigningKeys } from './signing-key.js';

/** What a client waits before it asks again for a token that could not be signed; seconds. */
const RETRY_AFTER = 5;

/** Access tokens from the token ring, in the form of Better Auth's jwt plugin. */
export interface TokenIssuer {
  readonly issuer: string;
  readonly jwksUrl: string;
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
  const issuer = configuration.KEYTURN_BASE_URL;
  return {
    issuer,
    jwksUrl: `${issuer}/.well-known/jwks.json`,
    claims: ({ user }) => ({ ...userClaims(user, configuration.KEYTURN_ROLE_PERMISSIONS) }),
    sign: async (payload, header) => {
      try {
        const signer = node.signer();
        const iat = payload.iat ?? Math.floor(now() / 1_000);
        const exp = iat + Math.max(1, Math.floor(lifetimeMs(configuration, node) / 1_000));
        const token = await keys.sign({ ...payload, iat, exp, jti: randomUUID() }, header, signer);
        metrics.tokensIssued.inc({ result: 'issued' });
        return token;
      } catch (error) {
        metrics.tokensIssued.inc({ result: 'failed' });
        throw cannotSign(error);
      }
    },
  };
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
