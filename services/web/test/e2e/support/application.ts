import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  allowInsecureRequests,
  authorizationCodeGrant,
  buildAuthorizationUrl,
  calculatePKCECodeChallenge,
  discovery,
  None,
  randomPKCECodeVerifier,
  randomState,
} from 'openid-client';
import type { Visit } from './stage';

/** One user on the way. */
export interface Flow {
  /** Where they are sent. */
  readonly url: string;
  /** What the application gets for where they came back to: the claims of its access token. */
  readonly finish: (cameBackTo: string) => Promise<unknown>;
}

/** An application of somebody else, on this machine: an off-the-shelf client, and the page that users come back to. */
export interface Application {
  begin(more?: Readonly<Record<string, string>>): Promise<Flow>;
  readonly redirectUri: string;
  stop(): void;
}

const SCOPE = 'openid profile email tasks:read';

/** An administrator registers it. */
export const registerApplication = async (admin: Visit, name: string, issuer: string): Promise<Application> => {
  const server = createServer((_request, response) => response.end('signed in')).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const redirectUri = `http://localhost:${(server.address() as AddressInfo).port}/callback`;
  const registered = await admin.context.request.post('/api/admin/clients', {
    data: { name, type: 'native', scopes: SCOPE.split(' '), redirectUris: [redirectUri] },
    headers: { origin: issuer },
  });
  if (registered.status() !== 201) throw new Error(`clients answered ${registered.status()}`);
  const { clientId } = (await registered.json()) as { readonly clientId: string };
  const client = await discovery(new URL(issuer), clientId, undefined, None(), { execute: [allowInsecureRequests] });
  return {
    redirectUri,
    begin: async (more = {}) => {
      const [pkceCodeVerifier, state] = [randomPKCECodeVerifier(), randomState()];
      const code_challenge = await calculatePKCECodeChallenge(pkceCodeVerifier);
      const asked = { redirect_uri: redirectUri, scope: SCOPE, state, code_challenge, code_challenge_method: 'S256' };
      return {
        url: buildAuthorizationUrl(client, { ...asked, ...more }).href,
        finish: async (cameBackTo) => {
          const checks = { pkceCodeVerifier, expectedState: state, idTokenExpected: true };
          const tokens = await authorizationCodeGrant(client, new URL(cameBackTo), checks);
          return JSON.parse(Buffer.from(tokens.access_token.split('.')[1] ?? '', 'base64url').toString());
        },
      };
    },
    stop: () => server.close().closeAllConnections(),
  };
};
