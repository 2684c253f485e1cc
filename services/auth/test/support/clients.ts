import {
  allowInsecureRequests,
  authorizationCodeGrant,
  buildAuthorizationUrl,
  calculatePKCECodeChallenge,
  type ClientAuth,
  ClientSecretBasic,
  type Configuration,
  customFetch,
  discovery,
  None,
  randomNonce,
  randomPKCECodeVerifier,
  randomState,
} from 'openid-client';
import type { ClientWithSecret } from '../../src/admin/clients/clients.controller.js';
import type { Browser } from './browser.js';
import { signUp } from './people.js';
import type { World } from './platform.js';
import { ISSUER } from './ring.js';

export const REDIRECT = 'http://localhost:7777/callback';

export interface AdministratorBrowser {
  readonly browser: Browser;
  readonly email: string;
}

/** Somebody with the role admin who has just signed in. */
export const administrator = async (world: World): Promise<AdministratorBrowser> => {
  const browser = world.browser();
  const { email } = await signUp(browser);
  await world.query('update "user" set "role" = \'admin\' where "email" = $1', [email]);
  return { browser, email };
};

export const askAdmin = (browser: Browser, method: 'GET' | 'POST' | 'PATCH' | 'DELETE', path: string, body?: unknown) =>
  browser.call(`/api/admin${path}`, { method, ...(body !== undefined && { body }) });

export const createClient = async (world: World, body: object): Promise<ClientWithSecret> => {
  const { browser } = await administrator(world);
  const answer = await askAdmin(browser, 'POST', '/clients', body);
  if (answer.status !== 201) throw new Error(`clients answered ${answer.status}: ${await answer.text()}`);
  return (await answer.json()) as ClientWithSecret;
};

/** An off-the-shelf client that found the issuer by discovery. Its issuer is an address that our replicas stand behind. */
export const offTheShelf = (
  world: World,
  { clientId, clientSecret }: Pick<ClientWithSecret, 'clientId' | 'clientSecret'>,
  authentication?: ClientAuth,
): Promise<Configuration> => {
  let turn = 0;
  const toReplica = (input: string, init: object): Promise<Response> => {
    const { pathname, search } = new URL(input);
    const { url } = world.replicas[turn++ % world.replicas.length]!;
    return fetch(`${url}${pathname}${search}`, init);
  };
  const method = authentication ?? (clientSecret === null ? None() : ClientSecretBasic(clientSecret));
  return discovery(new URL(ISSUER), clientId, undefined, method, {
    execute: [allowInsecureRequests],
    [customFetch]: toReplica,
  });
};

export interface Flow {
  readonly url: URL;
  readonly verifier: string;
  readonly state: string;
  readonly nonce: string;
}

export const beginFlow = async (client: Configuration, scope: string, more: object = {}): Promise<Flow> => {
  const [verifier, state, nonce] = [randomPKCECodeVerifier(), randomState(), randomNonce()];
  const url = buildAuthorizationUrl(client, {
    redirect_uri: REDIRECT,
    scope,
    state,
    nonce,
    code_challenge: await calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    ...more,
  });
  return { url, verifier, state, nonce };
};

/** Where a browser is sent: by a redirect, or as the answer to a script. */
export const sentTo = async (response: Response): Promise<URL> => {
  const location = response.headers.get('location') ?? ((await response.json()) as { url?: string }).url;
  if (!location) throw new Error(`nowhere to go: ${response.status}`);
  return new URL(location, ISSUER);
};

export const finishFlow = (client: Configuration, { verifier, state, nonce }: Flow, callback: URL) =>
  authorizationCodeGrant(client, callback, {
    pkceCodeVerifier: verifier,
    expectedState: state,
    expectedNonce: nonce,
    idTokenExpected: true,
  });
