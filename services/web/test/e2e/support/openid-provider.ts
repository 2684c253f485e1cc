import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Provider from 'oidc-provider';
import type { Visit } from './stage';

/** A real OpenID provider, whose users type their address in and are believed. */
export interface OpenIdProvider {
  /** Variables of an auth service that offers it as `corp`, called Corporation. */
  readonly variables: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

const CLIENT = { id: 'keyturn', secret: 'a secret that only the two of them know' };

export const startProvider = async (): Promise<OpenIdProvider> => {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const issuer = `http://localhost:${(server.address() as AddressInfo).port}`;
  server.on('request', providerAt(issuer).callback());
  const folder = await mkdtemp(join(tmpdir(), 'keyturn-provider-'));
  const clientSecretFile = join(folder, 'secret');
  await writeFile(clientSecretFile, CLIENT.secret);
  const corp = { id: 'corp', name: 'Corporation', issuer, clientId: CLIENT.id, clientSecretFile };
  return {
    variables: { KEYTURN_SOCIAL_PROVIDERS: JSON.stringify([corp]) },
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
};

const providerAt = (issuer: string): Provider => {
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: CLIENT.id,
        client_secret: CLIENT.secret,
        redirect_uris: ['http://localhost/api/auth/callback/corp'],
        token_endpoint_auth_method: 'client_secret_post',
      },
    ],
    conformIdTokenClaims: false,
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'] },
    cookies: { keys: ['of this provider'] },
    findAccount: (_context, id) => ({
      accountId: id,
      claims: () => ({ sub: `sub-of-${id}`, email: id, email_verified: true, name: 'Mary Jackson' }),
    }),
  });
  // The platform's port is not known yet.
  provider.Client.prototype.redirectUriAllowed = (uri: string) =>
    /^\/api\/auth\/callback\/corp$/.test(new URL(uri).pathname);
  return provider;
};

/** What a person does there: signs in, and agrees. */
export const signInThere = async ({ page }: Visit, address: string): Promise<void> => {
  await page.getByPlaceholder('Enter any login').fill(address);
  await page.getByPlaceholder('and password').fill('any');
  await page.getByRole('button', { name: 'Sign-in' }).click();
  await page.getByRole('button', { name: 'Continue' }).click();
};
