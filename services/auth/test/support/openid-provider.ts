import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import Provider from 'oidc-provider';

export const CLIENT = { id: 'keyturn', secret: 'a secret that only the two of them know' };

/** Of the tokens that it hands to somebody else than the issuer. */
export const NONCE = 'a nonce';

/** A real OpenID provider, whose users type their address in and are believed. */
export class OpenIdProvider {
  private constructor(
    readonly issuer: string,
    private readonly server: Server,
  ) {}

  /**
   * `verified`: what it says of its users' addresses. `thin`: its ID tokens name a user by `sub` alone, which its userinfo
   * gives another one for addresses at `swapped.test`.
   */
  static async start(
    callbacks: readonly string[],
    { verified = true, thin = false }: { readonly verified?: unknown; readonly thin?: boolean } = {},
  ): Promise<OpenIdProvider> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const issuer = `http://localhost:${(server.address() as AddressInfo).port}`;
    const provider = new Provider(issuer, {
      clients: [
        {
          client_id: CLIENT.id,
          client_secret: CLIENT.secret,
          redirect_uris: [...callbacks],
          grant_types: ['authorization_code', 'refresh_token'],
          response_types: ['code'],
          token_endpoint_auth_method: 'client_secret_post',
        },
      ],
      conformIdTokenClaims: thin,
      claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'] },
      cookies: { keys: ['of this provider'] },
      findAccount: (_context, id) => ({
        accountId: id,
        claims: () => ({ sub: `sub-of-${id}`, email: id, email_verified: verified as boolean, name: 'Ada' }),
      }),
    });
    provider.use(async (context, next) => {
      await next();
      const told = context.body as { sub: string; email?: string };
      if (context.path === '/me' && told.email?.endsWith('@swapped.test')) told.sub = 'of somebody else';
    });
    server.on('request', provider.callback());
    return new OpenIdProvider(issuer, server);
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }

  /** What the provider gives a client for a user. `redirect` is one of the callbacks. */
  async tokens(address: string, redirect: string): Promise<{ id_token: string; access_token: string }> {
    const verifier = randomBytes(32).toString('base64url');
    const asked = new URLSearchParams({
      client_id: CLIENT.id,
      redirect_uri: redirect,
      response_type: 'code',
      scope: 'openid email',
      nonce: NONCE,
      code_challenge: createHash('sha256').update(verifier).digest('base64url'),
      code_challenge_method: 'S256',
    });
    const back = new URL(await this.visit(`${this.issuer}/auth?${asked}`, address));
    const body = new URLSearchParams({
      client_id: CLIENT.id,
      client_secret: CLIENT.secret,
      grant_type: 'authorization_code',
      redirect_uri: redirect,
      code: back.searchParams.get('code') ?? '',
      code_verifier: verifier,
    });
    const answer = await fetch(`${this.issuer}/token`, { method: 'POST', body });
    if (!answer.ok) throw new Error(`the provider answered ${answer.status}: ${await answer.text()}`);
    return (await answer.json()) as { id_token: string; access_token: string };
  }

  /** What a person does there: signs in, agrees. Resolves with where the provider sends them back to. */
  async visit(url: string, address: string): Promise<string> {
    const cookies = new Map<string, string>();
    const go = async (target: string, form?: Record<string, string>): Promise<string> => {
      const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
      const answer = await fetch(target, {
        redirect: 'manual',
        headers: { cookie },
        ...(form && { method: 'POST', body: new URLSearchParams(form) }),
      });
      for (const line of answer.headers.getSetCookie()) {
        const [pair = ''] = line.split(';', 1);
        cookies.set(pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1));
      }
      const location = answer.headers.get('location');
      if (location) return new URL(location, target).href;
      const prompt = /name="prompt" value="(\w+)"/.exec(await answer.text())?.[1];
      if (!prompt) throw new Error(`the provider answered ${answer.status}`);
      return go(target, { prompt, ...(prompt === 'login' && { login: address, password: 'any' }) });
    };
    let at = url;
    while (at.startsWith(this.issuer)) at = await go(at);
    return at;
  }
}
