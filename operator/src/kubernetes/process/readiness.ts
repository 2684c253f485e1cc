import type { EngineEvent } from '../../engine/index.js';
import type { ElectionEvent } from '../api/index.js';

/**
 * Whether a replica is of use: it has reached the API server, and, if it leads, has looked at every ring once. What was
 * true once stays true: an API server that is away makes no replica less ready than another.
 */
export class Readiness {
  private reached = false;
  /** Rings that the leader has not looked at yet; undefined = it has not listed them. */
  private unseen: Set<string> | undefined = new Set();

  election(event: ElectionEvent): void {
    if (event.event === 'election-failed') return;
    if (event.event === 'elected' && !this.reached) this.unseen = undefined;
    this.reached = true;
  }

  /** Called when the leader knows which rings there are. */
  leads(rings: readonly string[]): void {
    this.unseen ??= new Set(rings);
  }

  engine(event: EngineEvent): void {
    if (['truth-read', 'ring-created', 'trouble'].includes(event.event)) this.unseen?.delete(event.ring);
  }

  /** What is missing, for people. */
  missing(): string[] {
    if (!this.reached) return ['the API server'];
    if (!this.unseen) return ['the list of rings'];
    return [...this.unseen].map((ring) => `the first look at ring ${ring}`);
  }
}
