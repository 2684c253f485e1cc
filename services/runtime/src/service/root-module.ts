import { type DynamicModule, Module, type Type } from '@nestjs/common';
import { ServiceContext } from './context.js';

@Module({})
class ContextModule {}

@Module({})
class RootModule {}

/** The service's own module, with the context injectable everywhere. */
export const rootModule = (context: ServiceContext, service: Type | DynamicModule): DynamicModule => ({
  module: RootModule,
  imports: [
    {
      module: ContextModule,
      global: true,
      providers: [{ provide: ServiceContext, useValue: context }],
      exports: [ServiceContext],
    },
    service,
  ],
});
