import { pino, type Logger } from 'pino';
import type { EngineEvent } from '../engine/index.js';

export const createLog = (level: string): Logger => pino({ name: 'operator', level });

/** What goes on in a turn is for debugging; what was written, asked and troubled is for the log. No event has a secret. */
const QUIET: ReadonlySet<EngineEvent['event']> = new Set([
  'truth-read',
  'projected',
  'listed',
  'asked',
  'step-planned',
  'reported',
]);

export function logEvent(log: Logger, event: EngineEvent): void {
  if (event.event === 'trouble') log.error(event, 'a turn failed; it is tried again');
  else if (QUIET.has(event.event)) log.debug(event, event.event);
  else log.info(event, event.event);
}
