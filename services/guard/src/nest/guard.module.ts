import { ConfigurableModuleBuilder, Module, type Provider } from '@nestjs/common';
import { APP_FILTER, APP_GUARD } from '@nestjs/core';
import type { GuardModuleExtras, GuardModuleOptions } from './guard-options.js';
import { GUARD_OPTIONS, GuardRuntime } from './guard-runtime.js';
import { KeyturnGuard } from './keyturn.guard.js';
import { ProblemFilter } from './problem.filter.js';

/** `useExisting`, so that a test can override KeyturnGuard and ProblemFilter by their class. */
const everywhere = ({ everyRoute = true, problems = true }: GuardModuleExtras): Provider[] => [
  ...(everyRoute ? [{ provide: APP_GUARD, useExisting: KeyturnGuard }] : []),
  ...(problems ? [{ provide: APP_FILTER, useExisting: ProblemFilter }] : []),
];

const { ConfigurableModuleClass } = new ConfigurableModuleBuilder<GuardModuleOptions>({
  optionsInjectionToken: GUARD_OPTIONS,
})
  .setClassMethodName('forRoot')
  .setExtras<GuardModuleExtras>({}, (definition, extras) => ({
    ...definition,
    global: extras.everyRoute ?? true,
    providers: [...(definition.providers ?? []), ...everywhere(extras)],
  }))
  .build();

/**
 * `GuardModule.forRoot(options)` or `forRootAsync({ inject, useFactory })` guards every route of the application. With
 * `everyRoute: false` it guards nothing by itself: the module that imports it uses `@UseGuards(KeyturnGuard)`.
 */
@Module({
  providers: [GuardRuntime, KeyturnGuard, ProblemFilter],
  exports: [GuardRuntime, KeyturnGuard, ProblemFilter],
})
export class GuardModule extends ConfigurableModuleClass {}
