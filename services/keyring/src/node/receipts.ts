import { setTimeout as sleep } from 'node:timers/promises';
import { digestOf } from '../digest.js';
import { isAccepted } from '../document/document.js';
import type { Receipt, RingRole } from '../receipt.js';
import type { LoadedRing } from '../ring-node.js';
import type { Holding } from './holding.js';
import { shareNextRead } from '../sources/next-read.js';
import type { OwnFile } from './own-file.js';

export interface ReceiptsOptions {
  readonly ring: string;
  readonly role: RingRole;
  readonly podUid: string;
  readonly bootId: string;
  readonly holding: Holding;
  readonly ownFile: OwnFile;
}

/** Below what the operator waits for a receipt, the time to catch up included. */
const COUNT_MS = 4_000;

type RowsLeft = () => Promise<Readonly<Record<string, number>>>;

/** Writes receipts: only what is loaded and acknowledged, only what stands in the own file (P2, P3). */
export class Receipts {
  private digest: { readonly of: LoadedRing; readonly text: string } | undefined;
  private count: RowsLeft | undefined;

  constructor(private readonly options: ReceiptsOptions) {}

  /** Counts are shared by those who ask while one runs: one at a time, each begun after it was asked for. */
  setRowsLeft(count: RowsLeft): void {
    this.count = shareNextRead(count);
  }

  /** Whether the receipt already shows `generation`, in memory and on disk. */
  shows(generation: number): boolean {
    return this.loaded() >= generation && this.durable() >= generation;
  }

  loaded(): number {
    return this.options.holding.acknowledged()?.generation ?? 0;
  }

  durable(): number {
    return this.options.ownFile.current()?.generation ?? 0;
  }

  async write(): Promise<Receipt> {
    const { ring, role, podUid, bootId, holding } = this.options;
    const rowsLeft = await this.countRows();
    const durable = this.durable();
    const acknowledged = holding.acknowledged();
    const kids = acknowledged?.document.keys.filter(({ state }) => isAccepted(state)).map(({ kid }) => kid) ?? [];
    return {
      ring,
      ringId: holding.ringId() ?? '',
      role,
      loaded: acknowledged?.generation ?? 0,
      durable,
      kids: kids.sort(),
      digest: acknowledged ? this.digestOf(acknowledged) : '',
      podUid,
      bootId,
      ...(rowsLeft && { rowsLeft }),
    };
  }

  /** Absent when the count fails or takes long: that is no zero, and a slow database must not hold a rotation. */
  private async countRows(): Promise<Readonly<Record<string, number>> | undefined> {
    if (!this.count) return undefined;
    const late = new AbortController();
    try {
      return await Promise.race([this.count(), sleep(COUNT_MS, undefined, { signal: late.signal, ref: false })]);
    } catch {
      return undefined;
    } finally {
      late.abort();
    }
  }

  private digestOf(ring: LoadedRing): string {
    if (this.digest?.of !== ring) this.digest = { of: ring, text: digestOf(ring.document) };
    return this.digest.text;
  }
}
