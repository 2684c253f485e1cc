import type { RingStatus } from '../records/index.js';
import type { Backend } from './backend.js';
import { CommandError, EXIT } from './exit-codes.js';

/** The status of one ring; an unknown name is an error that lists the known ones. */
export async function ringNamed(backend: Backend, name: string): Promise<RingStatus> {
  const ring = await backend.ring(name);
  if (ring) return ring;
  const known = (await backend.rings()).map((entry) => entry.ring).join(', ') || 'none';
  throw new CommandError(`No ring is called "${name}". Rings: ${known}.`, EXIT.usage);
}
