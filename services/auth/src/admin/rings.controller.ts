import { randomUUID } from 'node:crypto';
import { Body, Controller, Get, HttpCode, Param, Post, Req } from '@nestjs/common';
import { ProblemException } from '@keyturn/guard';
import { unavailable } from '@keyturn/runtime';
import { fromNodeHeaders } from 'better-auth/node';
import type { FastifyRequest } from 'fastify';
import { Issuer } from '../issuer.js';
import { type Administrator, requireAdministrator } from './administrator.js';
import { writeRequest } from './request-folder.js';
import { type RingSummary, ringSummary } from './ring-summary.js';
import { checkKeys, checkRing, type RotationRequest } from './rotation-request.js';
import { requireTrustedOrigin } from './trusted-origin.js';

/** The answer to a request for a rotation: the id under which the operator reports what became of it. */
export interface AcceptedRequest {
  readonly id: string;
  readonly ring: string;
  readonly kind: RotationRequest['kind'];
}

@Controller('api/admin/rings')
export class RingsController {
  constructor(private readonly issuer: Issuer) {}

  /** The issuer's rings: generation, and each key's state without its material. */
  @Get()
  async list(@Req() request: FastifyRequest): Promise<{ rings: RingSummary[] }> {
    await this.administrator(request);
    const { tokenNode, sessionNode } = this.issuer;
    return { rings: [tokenNode, sessionNode].map((node) => ringSummary(node.require().document)) };
  }

  @Post(':ring/rotate')
  @HttpCode(202)
  async rotate(@Param('ring') ring: string, @Req() request: FastifyRequest): Promise<AcceptedRequest> {
    return this.accept(await this.administrator(request), { kind: 'rotate', ring: checkRing(ring) });
  }

  @Post(':ring/abort')
  @HttpCode(202)
  async abort(@Param('ring') ring: string, @Req() request: FastifyRequest): Promise<AcceptedRequest> {
    return this.accept(await this.administrator(request), { kind: 'abort', ring: checkRing(ring) });
  }

  /** `{ "keys": ["kid", …] }` or `{ "keys": "all" }`. */
  @Post(':ring/revoke')
  @HttpCode(202)
  async revoke(
    @Param('ring') ring: string,
    @Body() body: unknown,
    @Req() request: FastifyRequest,
  ): Promise<AcceptedRequest> {
    const administrator = await this.administrator(request);
    return this.accept(administrator, { kind: 'revoke', ring: checkRing(ring), keys: checkKeys(body) });
  }

  private administrator(request: FastifyRequest): Promise<Administrator> {
    const headers = fromNodeHeaders(request.headers);
    const { KEYTURN_BASE_URL: base, KEYTURN_TRUSTED_ORIGINS: origins } = this.issuer.configuration;
    if (request.method !== 'GET') requireTrustedOrigin(headers, [base, ...origins]);
    return requireAdministrator(headers, this.issuer.generations.serving(), Date.now());
  }

  private async accept({ userId }: Administrator, wanted: Wanted): Promise<AcceptedRequest> {
    const { configuration, logger } = this.issuer;
    const folder = configuration.KEYTURN_LOCAL_REQUESTS_DIR;
    if (folder === undefined) {
      throw new ProblemException({
        status: 501,
        code: 'ERR_NO_OPERATOR',
        detail: 'No operator can be asked from here.',
      });
    }
    const id = `admin-${randomUUID()}`;
    const { kind, ring } = wanted;
    try {
      await writeRequest(folder, { ...wanted, id, requestedAt: new Date().toISOString(), requestedBy: userId });
    } catch (err) {
      logger.error({ err, ring, kind }, 'a request to the operator could not be written');
      throw unavailable('The operator cannot be asked at the moment.', 5, err);
    }
    logger.info({ event: 'rotation-requested', id, ring, kind, requestedBy: userId }, 'the operator was asked');
    return { id, ring, kind };
  }
}

type Wanted =
  | { readonly kind: 'rotate' | 'abort'; readonly ring: string }
  | { readonly kind: 'revoke'; readonly ring: string; readonly keys: readonly string[] | 'all' };
