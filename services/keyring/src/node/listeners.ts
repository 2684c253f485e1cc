import type { RingLogger } from '../logger.js';
import type { LoadedRing, RingListener } from '../ring-node.js';

/** Who must have finished with a new ring before a receipt may name it (P2): caches, instances. */
export class Listeners {
  private readonly seen = new Map<RingListener, LoadedRing | undefined>();

  constructor(
    private readonly ring: string,
    private readonly logger: RingLogger,
  ) {}

  add(listener: RingListener): () => void {
    this.seen.set(listener, undefined);
    return () => void this.seen.delete(listener);
  }

  /** Whether somebody has not seen it. */
  behind(next: LoadedRing): boolean {
    return [...this.seen.values()].some((last) => last !== next);
  }

  /** Tells those who have not seen it yet; true when all of them finished. A failed one is told again next time. */
  async tell(next: LoadedRing): Promise<boolean> {
    const told = [...this.seen].filter(([, last]) => last !== next).map(([listener]) => this.tellOne(listener, next));
    return (await Promise.all(told)).every(Boolean);
  }

  private async tellOne(listener: RingListener, next: LoadedRing): Promise<boolean> {
    try {
      await listener(next, this.seen.get(listener));
      if (this.seen.has(listener)) this.seen.set(listener, next);
      return true;
    } catch (error) {
      const reason = error instanceof Error ? error.message : 'unknown';
      this.logger.error(
        { event: 'listener-failed', ring: this.ring, generation: next.generation, reason },
        'a listener did not take the new ring: the receipt stays at the old one, and it is asked again',
      );
      return false;
    }
  }
}
