import { GuardModule } from '@keyturn/guard';
import type { DynamicModule } from '@nestjs/common';
import type { ProcessEnvironment, RingEnvironment, TokenEnvironment } from '../configuration/common.js';
import type { ServiceContext } from './context.js';

/**
 * Guards every route with the platform's tokens: issuer, audience and ring come from the environment, the node from the
 * context. The service's definition must list the ring with the role of KEYTURN_TOKEN_RING_ROLE.
 */
export const tokenGuard = (
  context: ServiceContext<ProcessEnvironment & RingEnvironment & TokenEnvironment>,
): DynamicModule => {
  const { environment, metrics } = context;
  return GuardModule.forRoot({
    method: environment.KEYTURN_TOKEN_RING_ROLE === 'holder' ? 'sharedSecret' : 'ring',
    node: context.node(environment.KEYTURN_TOKEN_RING),
    audience: environment.KEYTURN_AUDIENCE,
    issuer: environment.KEYTURN_BASE_URL,
    registry: metrics.registry,
    problems: false,
  });
};
