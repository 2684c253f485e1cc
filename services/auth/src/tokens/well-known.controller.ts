import { createHash } from 'node:crypto';
import { Controller, Get, Headers, HttpStatus, Res } from '@nestjs/common';
import { Public } from '@keyturn/guard';
import { KeyringError, toJwks } from '@keyturn/keyring';
import { unavailable } from '@keyturn/runtime';
import type { FastifyReply } from 'fastify';
import { Issuer } from '../issuer.js';
import { supportedScopes } from '../oauth/scopes.js';
import { discoveryDocument } from './discovery.js';
import { jwksMaxAge } from './jwks-lifetime.js';

/** What the world needs to verify our tokens. Services of the platform load the ring document instead. */
@Public()
@Controller('.well-known')
export class WellKnownController {
  constructor(private readonly issuer: Issuer) {}

  @Get('jwks.json')
  jwks(@Headers('if-none-match') known: string | undefined, @Res() reply: FastifyReply): void {
    const { document } = this.ring();
    this.publish(reply, toJwks(document), jwksMaxAge(document, Date.now()), known);
  }

  /** RFC 8414 tells the same as OpenID Connect Discovery. */
  @Get(['openid-configuration', 'oauth-authorization-server'])
  discovery(@Headers('if-none-match') known: string | undefined, @Res() reply: FastifyReply): void {
    const { document } = this.ring();
    const { configuration } = this.issuer;
    const scopes = supportedScopes(configuration);
    const body = discoveryDocument({ issuer: configuration.KEYTURN_BASE_URL, algorithm: document.algorithm, scopes });
    this.publish(reply, body, jwksMaxAge(document, Date.now()), known);
  }

  /** Rule P7: without a usable ring 503. */
  private ring() {
    try {
      return this.issuer.tokenNode.require();
    } catch (error) {
      if (error instanceof KeyringError) throw unavailable('The signing keys are not available at the moment.', 2);
      throw error;
    }
  }

  private publish(reply: FastifyReply, content: object, maxAge: number, known: string | undefined): void {
    const body = JSON.stringify(content);
    const etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 27)}"`;
    reply.header('cache-control', `public, max-age=${maxAge}, must-revalidate`).header('etag', etag);
    const unchanged = known?.split(',').some((tag) => tag.trim().replace(/^W\//, '') === etag);
    if (unchanged) void reply.code(HttpStatus.NOT_MODIFIED).send();
    else void reply.type('application/json; charset=utf-8').send(body);
  }
}
