import type { Logger } from '@keyturn/runtime';

const EVERY_MS = 3_600_000;

/** Removes rows whose time is over, at the start and every hour, in every replica: whoever comes second finds nothing. */
export class Retention {
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> | undefined;

  /** `remove` gives the number of rows. */
  constructor(
    private readonly what: string,
    private readonly remove: () => Promise<number>,
    private readonly logger: Logger,
  ) {}

  start(): void {
    this.running = this.run();
    this.timer = setInterval(() => {
      this.running = this.run();
    }, EVERY_MS).unref();
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.running;
  }

  private async run(): Promise<void> {
    const { what } = this;
    try {
      const removed = await this.remove();
      if (removed > 0) this.logger.info({ what, removed }, 'old rows were removed');
    } catch (err) {
      this.logger.warn({ what, err }, 'old rows could not be removed');
    }
  }
}
