import type { EngineEvent } from '@keyturn/operator';

/**
 * Where an operator can be killed, in the order of a rotation. Those of one engine event carry its name; a step is added
 * where the event has one. `truth-written` lies between the write of the truth and its projection, where a crash leaves
 * the projection behind.
 */
export const OPERATOR_POINTS = [
  'request-taken',
  'truth-read',
  'projected',
  'listed',
  'asked',
  'step-planned:activate',
  'truth-written:activate',
  'step-written:activate',
  'run-ended',
  'step-planned:prove',
  'truth-written:prove',
  'step-written:prove',
  'step-planned:retire',
  'truth-written:retire',
  'step-written:retire',
] as const;

/** Points of a revocation alone: declared and not projected, and about to be called over. */
export const REVOCATION_POINTS = ['truth-written:revoke', 'step-planned:finish'] as const;

export type OperatorPoint = (typeof OPERATOR_POINTS)[number] | (typeof REVOCATION_POINTS)[number];

/** The point at which an engine is when it reports an event. */
export const pointOf = (event: EngineEvent): string => ('step' in event ? `${event.event}:${event.step}` : event.event);
