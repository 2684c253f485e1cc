import { Injectable } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { AuthGuard, PassportModule, PassportStrategy } from '@nestjs/passport';
import { passportJwtSecret } from 'jwks-rsa';
import { ExtractJwt, Strategy } from 'passport-jwt';
import type { Variant } from './index.js';

/** passport-jwt with jwks-rsa, as both READMEs show it, with the key cache on. */
export const stock: Variant = ({ issuer, audience, jwksUrl }) => {
  @Injectable()
  class JwtStrategy extends PassportStrategy(Strategy) {
    constructor() {
      super({
        jwtFromRequest: ExtractJwt.fromAuthHeaderAsBearerToken(),
        issuer,
        audience,
        algorithms: ['ES256'],
        secretOrKeyProvider: passportJwtSecret({ jwksUri: jwksUrl, cache: true }),
      });
    }
    validate(claims: object) {
      return claims;
    }
  }
  return {
    imports: [PassportModule],
    providers: [JwtStrategy, { provide: APP_GUARD, useClass: AuthGuard('jwt') }],
  };
};
