import { type DestinationStream, type Logger, pino, stdTimeFunctions } from 'pino';
import { prettyStream } from './pretty.js';
import { redact, redactText } from './redaction.js';
import { requestContext } from './request-context.js';

export type { Logger } from 'pino';

export interface LoggerOptions {
  /** Name of the service: the field `service` of every line. */
  readonly service: string;
  /** pino's level; default `info`. */
  readonly level?: string;
  /** `auto` (default) is pretty on a terminal and JSON elsewhere. */
  readonly format?: 'auto' | 'json' | 'pretty';
  /** Where lines go; default standard output. */
  readonly destination?: DestinationStream;
}

/**
 * The logger of a process. Lines are JSON with `time` (RFC 3339), `level` by name, `service`, `msg`, the request id when
 * there is one, and an error as `err`. Secrets are taken out twice: by the name of a member, and by their shape.
 */
export const createLogger = ({ service, level = 'info', format = 'auto', destination }: LoggerOptions): Logger => {
  const pretty = format === 'pretty' || (format === 'auto' && !destination && process.stdout.isTTY);
  const target = destination ?? (pretty ? prettyStream(process.stdout) : pino.destination({ sync: true }));
  return pino(
    {
      level,
      base: { service, pid: process.pid },
      timestamp: stdTimeFunctions.isoTime,
      mixin: () => requestContext.getStore() ?? {},
      formatters: {
        level: (label) => ({ level: label }),
        log: (fields) => redact(fields) as Record<string, unknown>,
      },
      // Errors are plain data by now: the formatter has seen to them.
      serializers: { err: (err) => err },
      hooks: { streamWrite: redactText },
    },
    target,
  );
};
