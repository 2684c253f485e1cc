const WINDOW_MS = 60_000;
const MOST = 10_000;

/**
 * Lets the first of a kind through in each minute. For events that anybody can cause as often as they like, which would
 * otherwise fill the table. One process forgets the oldest kinds when it has seen too many.
 */
export class Seldom {
  /** When each kind was let through last, milliseconds; the oldest first. */
  private readonly seen = new Map<string, number>();

  isDue(kind: string, now: number): boolean {
    const before = this.seen.get(kind);
    if (before !== undefined && now - before < WINDOW_MS) return false;
    this.seen.delete(kind);
    this.seen.set(kind, now);
    const [oldest] = this.seen.keys();
    if (this.seen.size > MOST && oldest !== undefined) this.seen.delete(oldest);
    return true;
  }
}
