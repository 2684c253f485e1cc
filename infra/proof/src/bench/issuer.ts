import { createPublicKey, verify } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Mint } from './tokens.js';

/** What the sides ask besides the route: a JWKS and an introspection endpoint that really verifies. */
export interface BenchIssuer {
  readonly jwksUrl: string;
  readonly introspectionUrl: string;
  readonly publicPem: string;
  close(): Promise<void>;
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return text;
}

function active(token: string, key: ReturnType<typeof createPublicKey>): object {
  const [header = '', payload = '', signature = ''] = token.split('.');
  const good = verify(
    'sha256',
    Buffer.from(`${header}.${payload}`),
    { key, dsaEncoding: 'ieee-p1363' },
    Buffer.from(signature, 'base64url'),
  );
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as { exp: number };
  return good && claims.exp * 1000 > Date.now() ? { ...claims, active: true } : { active: false };
}

const json = (response: ServerResponse, value: object): void => {
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify(value));
};

export async function startIssuer(mint: Mint): Promise<BenchIssuer> {
  const key = createPublicKey({ key: mint.publicJwk as import('node:crypto').JsonWebKey, format: 'jwk' });
  const server: Server = createServer((request, response) => {
    if (request.url === '/jwks.json') return json(response, { keys: [mint.publicJwk] });
    void bodyOf(request).then((body) => json(response, active(new URLSearchParams(body).get('token') ?? '', key)));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    jwksUrl: `${origin}/jwks.json`,
    introspectionUrl: `${origin}/introspect`,
    publicPem: key.export({ type: 'spki', format: 'pem' }).toString(),
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
