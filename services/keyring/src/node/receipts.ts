import { digestOf } from '../digest.js';
import { isAccepted } from '../document/document.js';
import type { Receipt, RingRole } from '../receipt.js';
import type { LoadedRing } from '../ring-node.js';
import type { Holding } from './holding.js';
import type { OwnFile } from './own-file.js';

export interface ReceiptsOptions {
  readonly ring: string;
  readonly role: RingRole;
  readonly podUid: string;
  readonly bootId: string;
  readonly holding: Holding;
  readonly ownFile: OwnFile;
}

type RowsLeft = () => Promise<Readonly<Record<string, number>>>;

/** Writes receipts: only what is loaded and acknowledged, only what stands in the own file (P2, P3). */
export class Receipts {
  private digest: { readonly of: LoadedRing; readonly text: string } | undefined;
  rowsLeft: RowsLeft | undefined;

  constructor(private readonly options: ReceiptsOptions) {}

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

  /** Absent when the count fails: that is no zero. */
  private async countRows(): Promise<Readonly<Record<string, number>> | undefined> {
    try {
      return await this.rowsLeft?.();
    } catch {
      return undefined;
    }
  }

  private digestOf(ring: LoadedRing): string {
    if (this.digest?.of !== ring) this.digest = { of: ring, text: digestOf(ring.document) };
    return this.digest.text;
  }
}
