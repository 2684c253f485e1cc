import type { Logger } from '@keyturn/runtime';
import type { AuditLog } from './audit-log.js';

const EVERY_MS = 3_600_000;

/** Forgets old events, at the start and every hour, in every replica: whoever comes second finds nothing. */
export class AuditRetention {
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> | undefined;

  constructor(
    private readonly audit: AuditLog,
    private readonly keepMs: number,
    private readonly logger: Logger,
  ) {}

  start(): void {
    this.running = this.forget();
    this.timer = setInterval(() => {
      this.running = this.forget();
    }, EVERY_MS).unref();
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.running;
  }

  private async forget(): Promise<void> {
    try {
      const forgotten = await this.audit.forget(this.keepMs);
      if (forgotten > 0) this.logger.info({ forgotten }, 'old security events were removed');
    } catch (err) {
      this.logger.warn({ err }, 'old security events could not be removed');
    }
  }
}
