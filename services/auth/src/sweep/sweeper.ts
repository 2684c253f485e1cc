import type { Logger } from '@keyturn/runtime';
import type { Pool } from 'pg';
import type { Generations } from '../better-auth/generations.js';
import { LOCKS, tryWithLock } from '../database/advisory-lock.js';
import type { AuthMetrics } from '../metrics.js';
import { countRows, type Queryable } from './count-rows.js';
import { reEncrypt, type SweepResult } from './re-encrypt.js';
import { staleRows } from './rows-by-kid.js';

export interface SweeperParts {
  readonly pool: Pool;
  readonly generations: Generations;
  readonly logger: Logger;
  readonly metrics: AuthMetrics;
  readonly intervalMs: number;
}

/**
 * Looks in intervals, and at once after a change of the ring, for values that an older secret encrypts, and re-encrypts
 * them. One process at a time, by an advisory lock; it goes on looking, since a replica that lags may still write some.
 */
export class Sweeper {
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> | undefined;
  private again = false;
  private stopped = false;

  constructor(private readonly parts: SweeperParts) {}

  /** Looks now; while a look is under way, once more after it. */
  trigger(): void {
    if (this.stopped) return;
    if (this.running) {
      this.again = true;
      return;
    }
    clearTimeout(this.timer);
    this.running = this.look().finally(() => this.rest());
  }

  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await this.running;
  }

  private rest(): void {
    this.running = undefined;
    if (this.stopped) return;
    const delay = this.again ? 0 : this.parts.intervalMs;
    this.again = false;
    this.timer = setTimeout(() => this.trigger(), delay);
  }

  private async look(): Promise<void> {
    try {
      await this.sweep();
    } catch (err) {
      this.parts.logger.warn({ err }, 'the sweep was cut off and will be taken up again');
    }
  }

  private async sweep(): Promise<void> {
    const { pool, generations } = this.parts;
    const generation = generations.serving();
    if (!generation || generation.secrets.versions.length < 2) return;
    const { active } = generation.secrets;
    const stale = staleRows(await countRows(pool), active);
    if (stale === 0) return;
    const { secretConfig } = generation.context;
    const goOn = () => !this.stopped && generations.serving() === generation;
    const sweep = (database: Queryable) => reEncrypt({ database, secretConfig, activeVersion: active.version, goOn });
    // In flight like a request: it writes under a secret that may be revoked meanwhile, so the count waits for its end.
    const result = await generation.requests.run(() => tryWithLock(pool, LOCKS.sweep, sweep));
    if (result) this.tell(result, active.kid);
  }

  private tell({ reencrypted, unreadable }: SweepResult, kid: string): void {
    const { logger, metrics } = this.parts;
    metrics.rowsReencrypted.inc(reencrypted);
    if (reencrypted > 0) logger.info({ kid, reencrypted }, 'values were re-encrypted');
    if (unreadable.length > 0)
      logger.error({ unreadable: unreadable.slice(0, 10), count: unreadable.length }, UNREADABLE);
  }
}

const UNREADABLE = 'values that no secret of the ring decrypts hold the retirement of an older secret';
