import type { RingStatus } from '../records/index.js';
import { span } from './render/text.js';

/** `observedAt` of rings that nobody looks after: no replica of the operator leads. */
export const NEVER = new Date(0).toISOString();

/** An older status than this means that no operator is at work. */
const STALE_STATUS_MS = 15_000;

/** Why a status may be out of date, as a clause; undefined = an operator is at work. `now` is epoch ms of this machine. */
export function nobodyLooks({ observedAt }: Pick<RingStatus, 'observedAt'>, now: number): string | undefined {
  if (observedAt === NEVER) return 'no replica of the operator leads';
  const age = now - Date.parse(observedAt);
  return age > STALE_STATUS_MS ? `no operator has looked for ${span(age)}` : undefined;
}
