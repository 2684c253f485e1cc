import { Body, Controller, Delete, Get, Header, HttpCode, Param, Post, Req } from '@nestjs/common';
import { notFound } from '@keyturn/runtime';
import type { FastifyRequest } from 'fastify';
import type { Generation } from '../../better-auth/generation.js';
import { Issuer } from '../../issuer.js';
import { supportedScopes } from '../../oauth/scopes.js';
import { administratorOf } from '../administration.js';
import type { Administrator } from '../administrator.js';
import { audited } from '../audited.js';
import { Administrative, Described } from '../document/described.js';
import { CLIENT_LIST, CLIENT_WITH_SECRET } from '../document/schemas.js';
import { askBetterAuth } from '../provider-problem.js';
import { checkNewClient, NEW_CLIENT_SCHEMA } from './client-input.js';
import { clientMetadata } from './client-metadata.js';
import { type ClientRow, type ClientSummary, clientSummary } from './client-summary.js';

/** A client with its secret, which is shown this once: only its hash is kept. A native client has none. */
export interface ClientWithSecret extends ClientSummary {
  readonly clientSecret: string | null;
}

/** Clients of other makes: `GET | POST /api/admin/clients`, `DELETE …/{id}`, `POST …/{id}/rotate-secret`. */
@Administrative('clients')
@Controller('api/admin/clients')
export class ClientsController {
  constructor(private readonly issuer: Issuer) {}

  @Get()
  @Described({ summary: 'All clients', answer: CLIENT_LIST })
  @Header('cache-control', 'no-store')
  async list(@Req() request: FastifyRequest): Promise<{ clients: readonly ClientSummary[] }> {
    const { generation } = await administratorOf(this.issuer, request);
    const sortBy = { field: 'createdAt', direction: 'desc' } as const;
    const rows = await askBetterAuth(() =>
      generation.context.adapter.findMany<ClientRow>({ model: 'oauthClient', sortBy, limit: 1_000 }),
    );
    return { clients: rows.map(clientSummary) };
  }

  /** `{ name, type?, scopes, redirectUris?, authMethod?, trusted? }`. */
  @Post()
  @Described({
    summary: 'A new client, with its secret',
    status: 201,
    answer: CLIENT_WITH_SECRET,
    body: NEW_CLIENT_SCHEMA,
  })
  @Header('cache-control', 'no-store')
  async create(@Body() body: unknown, @Req() request: FastifyRequest): Promise<ClientWithSecret> {
    const administrator = await administratorOf(this.issuer, request);
    const wanted = checkNewClient(body, supportedScopes(this.issuer.configuration));
    const { generation, headers } = administrator;
    const made = await askBetterAuth(() =>
      generation.auth.api.adminCreateOAuthClient({ headers, body: clientMetadata(wanted) }),
    );
    await this.tell(request, administrator, 'client-created', made.client_id);
    const row = await find(generation, made.client_id);
    return { ...clientSummary(row), clientSecret: made.client_secret ?? null };
  }

  /** The old secret is refused at once; tokens that were issued live on until they end. */
  @Post(':id/rotate-secret')
  @Described({ summary: 'A new secret, for this client', answer: CLIENT_WITH_SECRET, problems: [404] })
  @HttpCode(200)
  @Header('cache-control', 'no-store')
  async rotateSecret(@Param('id') id: string, @Req() request: FastifyRequest): Promise<ClientWithSecret> {
    const administrator = await administratorOf(this.issuer, request);
    const { generation, headers } = administrator;
    const row = await find(generation, id);
    const body = { client_id: row.clientId };
    const { client_secret } = await askBetterAuth(() => generation.auth.api.rotateClientSecret({ headers, body }));
    await this.tell(request, administrator, 'client-secret-rotated', id);
    return { ...clientSummary(row), clientSecret: client_secret ?? null };
  }

  /** With its refresh tokens and consents. */
  @Delete(':id')
  @Described({ summary: 'Removes a client', status: 204, problems: [404] })
  @HttpCode(204)
  async delete(@Param('id') id: string, @Req() request: FastifyRequest): Promise<void> {
    const administrator = await administratorOf(this.issuer, request);
    const { generation, headers } = administrator;
    const { clientId } = await find(generation, id);
    await askBetterAuth(() => generation.auth.api.deleteOAuthClient({ headers, body: { client_id: clientId } }));
    await this.tell(request, administrator, 'client-deleted', id);
  }

  private tell(
    request: FastifyRequest,
    administrator: Administrator,
    event: 'client-created' | 'client-deleted' | 'client-secret-rotated',
    client: string,
  ): Promise<void> {
    this.issuer.logger.info({ event, clientId: client, requestedBy: administrator.userId }, 'a client was changed');
    return audited(this.issuer, request, administrator, { event, details: { client } });
  }
}

/** Throws ProblemException 404. */
const find = async ({ context }: Generation, clientId: string): Promise<ClientRow> => {
  const where = [{ field: 'clientId', value: clientId }];
  const row = await askBetterAuth(() => context.adapter.findOne<ClientRow>({ model: 'oauthClient', where }));
  if (!row) throw notFound('There is no such client.');
  return row;
};
