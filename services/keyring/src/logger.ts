/** What the key ring reports. A closed list: the same words in logs, tests and docs. */
export type RingEvent =
  | 'ring-loaded'
  | 'ring-refused'
  | 'generation-went-back'
  | 'read-failed'
  | 'read-recovered'
  | 'file-damaged'
  | 'file-recovered'
  | 'own-file-damaged'
  | 'own-file-unwritable'
  | 'own-file-recovered'
  | 'start-needs-confirmation'
  | 'start-resumed'
  | 'listener-failed';

/** Structured logging; a pino logger fits. Fields never carry key material. */
export interface RingLogger {
  info(fields: { readonly event: RingEvent } & Readonly<Record<string, unknown>>, message: string): void;
  warn(fields: { readonly event: RingEvent } & Readonly<Record<string, unknown>>, message: string): void;
  error(fields: { readonly event: RingEvent } & Readonly<Record<string, unknown>>, message: string): void;
}

const nothing = (): void => undefined;
export const silentLogger: RingLogger = { info: nothing, warn: nothing, error: nothing };
