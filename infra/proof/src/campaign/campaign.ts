import { setTimeout as sleep } from 'node:timers/promises';
import { type Platform, startPlatform } from '@keyturn/local';
import { Injector } from '../faults/injector.js';
import { Ledger } from '../ledger/columns.js';
import type { Revocation } from '../ledger/judge.js';
import type { CrowdPlan } from '../load/crowd.js';
import { type Crowd, startCrowd } from '../load/start-crowd.js';
import { type RotationPlan, Rotations } from '../rotation/rotations.js';
import { type CampaignResult, resultOf } from './result.js';
import { platformOptions, type Times, type TokenAlgorithm } from './setting.js';

export interface CampaignOptions {
  readonly algorithm: TokenAlgorithm;
  readonly times: Times;
  readonly crowd: CrowdPlan;
  /** Processes of each service; default 2. */
  readonly processes?: { readonly auth: number; readonly tasks: number };
  /** Rings that rotate all the time. */
  readonly rotations: readonly RotationPlan[];
  /** Told how the start goes on. */
  readonly log?: (line: string) => void;
}

const LOOK_MS = 100;

/** A platform with its users, its rotations, and what breaks in it. */
export class Campaign {
  readonly revocations: Revocation[] = [];
  readonly injector: Injector;
  readonly #from = Date.now();
  #result: Promise<CampaignResult> | undefined;

  private constructor(
    readonly platform: Platform,
    readonly crowd: Crowd,
    readonly rotations: Rotations,
    readonly ledger: Ledger,
  ) {
    this.injector = new Injector(platform);
  }

  static async start({ algorithm, times, crowd, processes, rotations, log }: CampaignOptions): Promise<Campaign> {
    const progress = log && (({ step, state }: { step: string; state: string }) => log(`${step}: ${state}`));
    const platform = await startPlatform({
      ...platformOptions(algorithm, times),
      ...(processes && { processes }),
      ...(progress && { progress }),
    });
    const ledger = new Ledger(1 << 16);
    const options = { origin: platform.url, mailUrl: platform.mailUrl, lives: times, plan: crowd };
    const users = startCrowd(options, ledger);
    return new Campaign(platform, users, new Rotations(platform.places.state, rotations), ledger);
  }

  /** Waits until something is so; users and rotations go on meanwhile. Throws after `withinMs`. */
  async until(isSo: (campaign: this) => boolean, withinMs: number): Promise<void> {
    const end = performance.now() + withinMs;
    while (!isSo(this)) {
      if (this.rotations.stuck.length > 0) throw new Error(`A ring is stuck: ${this.rotations.stuck.join('; ')}`);
      if (performance.now() > end) throw new Error(`Not so within ${withinMs} ms: ${isSo.toString()}`);
      await sleep(LOOK_MS);
    }
  }

  /** Ends rotations, users and platform, in this order, and says what came of it; the same to every caller. */
  finish(): Promise<CampaignResult> {
    return (this.#result ??= this.#end());
  }

  async #end(): Promise<CampaignResult> {
    try {
      const rotations = await this.rotations.stop();
      await this.crowd.stop();
      const { faults } = this.injector;
      const { revocations, ledger } = this;
      const { stuck } = this.rotations;
      return resultOf(ledger, { from: this.#from, until: Date.now(), rotations, stuck, faults, revocations });
    } finally {
      await this.platform.stop();
    }
  }
}
