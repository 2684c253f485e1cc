/**
 * The guard in NestJS, on Express and Fastify.
 *
 * Owns: the module, the global guard, decorators, the passport strategy, problem+json answers and challenges. Leaves:
 * every verdict about a credential to ../core.
 */
export type { CredentialOptions } from './credential.js';
export { Audience, CurrentUser, OptionalAuth, PathUser, Permissions, Public, Roles, Scopes } from './decorators.js';
export { GuardModule } from './guard.module.js';
export type {
  GuardModuleExtras,
  GuardModuleOptions,
  NodeOrOptions,
  OwnNodeOptions,
  SourceOrOptions,
} from './guard-options.js';
export { GuardRuntime } from './guard-runtime.js';
export { KeyturnGuard } from './keyturn.guard.js';
export { Management, ManagementModule, type ManagementModuleOptions } from './management.module.js';
export { ProblemFilter } from './problem.filter.js';
export {
  type FieldProblem,
  PROBLEM_JSON,
  type ProblemDetails,
  ProblemException,
  type ProblemInput,
  type ValidationFault,
  validationProblem,
} from './problem.js';
