/**
 * What every Nest service of the platform shares: configuration, logging, metrics, HTTP, problems, start and shutdown.
 * Leaves the rings to @keyturn/keyring and the verdict about credentials to @keyturn/guard.
 */
export * from './configuration/index.js';
export type { HttpOptions } from './http/adapter.js';
export { Located } from './http/located.js';
export { createLogger, type Logger, type LoggerOptions } from './logging/logger.js';
export { CENSOR, redact, redactText } from './logging/redaction.js';
export { type RequestContext, requestContext } from './logging/request-context.js';
export { databaseProblem, isDatabaseUnavailable } from './database/unavailable.js';
export { createMetrics, type Metrics } from './metrics/metrics.js';
export type { ErrorTranslator } from './problems/filter.js';
export { IfGiven } from './problems/if-given.js';
export { IsText, type TextLimits } from './problems/is-text.js';
export { IsWholeNumber } from './problems/is-whole-number.js';
export { invalidField, invalidInput, notFound, unavailable } from './problems/problems.js';
export { RequestValidation, UuidParam } from './problems/validation.js';
export { ServiceContext } from './service/context.js';
export type { RingPart, ServiceDefinition } from './service/definition.js';
export { bootstrapService, runCommand } from './service/run.js';
export { Service } from './service/service.js';
export { tokenGuard } from './service/token-guard.js';
