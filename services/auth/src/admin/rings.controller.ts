import { randomUUID } from 'node:crypto';
import { Body, Controller, Get, HttpCode, Param, Post, Req } from '@nestjs/common';
import { ProblemException } from '@keyturn/guard';
import { unavailable } from '@keyturn/runtime';
import type { FastifyRequest } from 'fastify';
import { Issuer } from '../issuer.js';
import { administratorOf } from './administration.js';
import type { Administrator } from './administrator.js';
import { audited } from './audited.js';
import { Administrative, Described } from './document/described.js';
import { ACCEPTED, KEYS_BODY, RING_LIST, RUN_LIST } from './document/schemas.js';
import { type Operator, operatorOf } from './operator.js';
import type { RingSummary } from './ring-summary.js';
import { checkKeys, checkRing, type RotationRequest } from './rotation-request.js';
import type { RunSummary } from './run-summary.js';

/** The answer to a request for a rotation: the id under which the operator reports what became of it. */
export interface AcceptedRequest {
  readonly id: string;
  readonly ring: string;
  readonly kind: RotationRequest['kind'];
}

@Administrative('rings')
@Controller('api/admin/rings')
export class RingsController {
  private readonly operator: Operator;

  constructor(private readonly issuer: Issuer) {
    this.operator = operatorOf(issuer.configuration, [issuer.tokenNode, issuer.sessionNode], issuer.logger);
  }

  /** Generation, and each key's state without its material. In a cluster every ring, and what the operator says of it. */
  @Get()
  @Described({ summary: 'Rings, without key material', answer: RING_LIST })
  async list(@Req() request: FastifyRequest): Promise<{ rings: readonly RingSummary[] }> {
    await administratorOf(this.issuer, request);
    return { rings: await this.reach('rings cannot be read', () => this.operator.rings()) };
  }

  /** What became of the latest requests, newest first. */
  @Get(':ring/runs')
  @Described({ summary: 'What became of the latest requests', answer: RUN_LIST })
  async runs(@Param('ring') ring: string, @Req() request: FastifyRequest): Promise<{ runs: readonly RunSummary[] }> {
    await administratorOf(this.issuer, request);
    const name = checkRing(ring);
    return { runs: await this.reach('runs cannot be read', () => this.operator.runs(name)) };
  }

  @Post(':ring/rotate')
  @Described({ summary: 'Asks for a rotation', status: 202, answer: ACCEPTED, problems: [501] })
  @HttpCode(202)
  async rotate(@Param('ring') ring: string, @Req() request: FastifyRequest): Promise<AcceptedRequest> {
    return this.accept(request, await administratorOf(this.issuer, request), { kind: 'rotate', ring: checkRing(ring) });
  }

  @Post(':ring/abort')
  @Described({ summary: 'Aborts the rotation under way', status: 202, answer: ACCEPTED, problems: [409, 501] })
  @HttpCode(202)
  async abort(@Param('ring') ring: string, @Req() request: FastifyRequest): Promise<AcceptedRequest> {
    return this.accept(request, await administratorOf(this.issuer, request), { kind: 'abort', ring: checkRing(ring) });
  }

  /** `{ "keys": ["kid", …] }` or `{ "keys": "all" }`. */
  @Post(':ring/revoke')
  @Described({ summary: 'Revokes keys that leaked', status: 202, answer: ACCEPTED, body: KEYS_BODY, problems: [501] })
  @HttpCode(202)
  async revoke(
    @Param('ring') ring: string,
    @Body() body: unknown,
    @Req() request: FastifyRequest,
  ): Promise<AcceptedRequest> {
    const administrator = await administratorOf(this.issuer, request);
    return this.accept(request, administrator, { kind: 'revoke', ring: checkRing(ring), keys: checkKeys(body) });
  }

  private async accept(
    request: FastifyRequest,
    administrator: Administrator,
    wanted: Wanted,
  ): Promise<AcceptedRequest> {
    const { userId } = administrator;
    const { kind, ring } = wanted;
    const asked = { id: `admin-${randomUUID()}`, requestedAt: new Date().toISOString(), requestedBy: userId };
    const id = await this.reach('a request could not be stored', () => this.operator.ask({ ...wanted, ...asked }));
    const told = { event: 'rotation-requested', id, ring, kind, requestedBy: userId };
    this.issuer.logger.info(told, 'the operator was asked');
    await audited(this.issuer, request, administrator, { event: `key-${kind}`, details: { ring, id } });
    return { id, ring, kind };
  }

  /** What goes wrong on the way to the operator is for the log; what is wrong with the request is for who made it. */
  private async reach<T>(what: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (err) {
      if (err instanceof ProblemException) throw err;
      this.issuer.logger.error({ err }, `the operator cannot be reached: ${what}`);
      throw unavailable('The operator cannot be asked at the moment.', 5, err);
    }
  }
}

type Wanted =
  | { readonly kind: 'rotate' | 'abort'; readonly ring: string }
  | { readonly kind: 'revoke'; readonly ring: string; readonly keys: readonly string[] | 'all' };
