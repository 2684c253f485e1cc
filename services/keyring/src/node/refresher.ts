import type { Clock } from '../clock.js';
import type { RingLogger } from '../logger.js';
import type { KernelReading, Moment } from '../rules/moment.js';
import { confirmEveryMs } from '../rules/standing.js';
import { type Channel, firstOf, type Reading } from './channels.js';
import type { Holding } from './holding.js';

export interface RefresherOptions {
  readonly ring: string;
  /** Whether the process signs: its lease asks for confirming reads more often. */
  readonly signs: boolean;
  readonly channels: readonly Channel[];
  readonly holding: Holding;
  readonly clock: Clock;
  readonly kernel: () => KernelReading | undefined;
  readonly logger: RingLogger;
  readonly stopped: AbortSignal;
}

/** Asks the channels and offers what they bring to the holding. Failures are reported once, and so is their end. */
export class Refresher {
  private failing = false;

  constructor(private readonly options: RefresherOptions) {}

  moment(): Moment {
    const { clock, kernel } = this.options;
    const reading = kernel();
    return { monotonicMs: clock.monotonic(), wallMs: clock.now(), ...(reading && { kernel: reading }) };
  }

  /** Whether a confirming read is due: never made, or a quarter of the shortest period ago. */
  confirmIsDue(): boolean {
    const { holding, signs, clock } = this.options;
    const settings = holding.loaded()?.document.settings;
    const contactMs = signs ? holding.contacts.leaseFrom : holding.contacts.at;
    if (!settings || contactMs === undefined) return true;
    return clock.monotonic() - contactMs >= confirmEveryMs(settings, signs);
  }

  /** A confirming read, offered to the holding. Throws what the channels throw. */
  confirm(): Promise<Reading> {
    return this.read((channel) => channel.confirm(this.options.stopped));
  }

  /** The cheapest read, offered to the holding. Throws what the channels throw. */
  look(): Promise<Reading> {
    return this.read((channel) => (channel.look ?? channel.confirm)(this.options.stopped));
  }

  /** One steady refresh: confirms when that is due, and at least looks. Never throws. */
  async refresh(): Promise<void> {
    let unconfirmed: unknown;
    try {
      if (this.confirmIsDue()) {
        await this.confirm().catch((error: unknown) => {
          unconfirmed = error;
          return this.lookInstead(error);
        });
      } else await this.look();
      this.report(unconfirmed);
    } catch (error) {
      this.report(error);
    }
  }

  /** Who cannot confirm may still learn of something newer. */
  private lookInstead(error: unknown): Promise<Reading> {
    if (this.options.channels.every(({ look }) => !look)) throw error;
    return this.look();
  }

  private async read(ask: (channel: Channel) => Promise<Reading>): Promise<Reading> {
    const start = this.moment();
    const reading = await firstOf(this.options.channels, ask);
    const { document, confirming } = reading;
    if (document) await this.options.holding.offer(document, confirming ? start : undefined);
    return reading;
  }

  private report(error: unknown): void {
    const { ring, logger, stopped } = this.options;
    if (stopped.aborted || this.failing === (error !== undefined)) return;
    this.failing = error !== undefined;
    if (!this.failing) return logger.info({ event: 'read-recovered', ring }, 'the ring is confirmed again');
    const reason = error instanceof Error ? error.message : 'unknown';
    logger.warn({ event: 'read-failed', ring, reason }, 'the ring cannot be confirmed; the one in memory stays');
  }
}
