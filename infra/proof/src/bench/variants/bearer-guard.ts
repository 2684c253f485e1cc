import { type CanActivate, type ExecutionContext, type Provider, UnauthorizedException } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';

/** The least guard that a team would write around a verifying function: bearer token in, claims on the request. */
export function bearerGuard(verify: (token: string) => Promise<object>): Provider {
  const guard: CanActivate = {
    async canActivate(context: ExecutionContext): Promise<boolean> {
      const request = context.switchToHttp().getRequest<{ headers: { authorization?: string }; user?: object }>();
      const token = request.headers.authorization?.startsWith('Bearer ') && request.headers.authorization.slice(7);
      if (!token) throw new UnauthorizedException();
      try {
        request.user = await verify(token);
        return true;
      } catch {
        throw new UnauthorizedException();
      }
    },
  };
  return { provide: APP_GUARD, useValue: guard };
}
