import type { RingStatus } from '../records/index.js';
import type { Backend } from './backend.js';
import { CommandError, EXIT } from './exit-codes.js';

/** The status of one ring; an unknown name is an error that lists the known ones. */
export async function ringNamed(backend: Backend, name: string): Promise<RingStatus> {
  const rings = await backend.rings();
  const ring = rings.find((entry) => entry.ring === name);
  if (ring) return ring;
  const known = rings.map((entry) => entry.ring).join(', ') || 'none';
  throw new CommandError(`No ring is called "${name}". Rings: ${known}.`, EXIT.usage);
}
