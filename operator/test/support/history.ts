import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { truthFileName } from '@keyturn/keyring';
import { activeKey, parseRingDocument, type RingDocument } from '@keyturn/keyring/document';
import { generationsIn } from '../../src/local/numbered-files.js';
import { brokenInvariants } from '../../src/planner/index.js';

/**
 * The generations of a ring, as somebody saw them who looked all the time. One that held destroyed key material is deleted
 * as soon as the next is written, and may never be seen.
 */
export class History {
  private readonly seen = new Map<number, string>();
  private readonly projected: number[] = [];
  private looking: Promise<void> | undefined;
  private stopped = false;

  constructor(
    private readonly state: string,
    private readonly ring: string,
  ) {}

  start(): this {
    this.looking = this.look();
    return this;
  }

  private async look(): Promise<void> {
    const truth = join(this.state, 'truth', this.ring);
    while (!this.stopped) {
      for (const generation of await generationsIn(truth)) {
        if (this.seen.has(generation)) continue;
        const text = await readFile(join(truth, truthFileName(generation)), 'utf8').catch(() => undefined);
        if (text !== undefined) this.seen.set(generation, text);
      }
      const newest = (await generationsIn(join(this.state, 'public', this.ring))).at(-1);
      if (newest !== undefined && newest !== this.projected.at(-1)) this.projected.push(newest);
      await new Promise((resolve) => setTimeout(resolve, 15));
    }
  }

  async stop(): Promise<void> {
    this.stopped = true;
    await this.looking;
  }

  /** In order of generation. */
  documents(): RingDocument[] {
    return [...this.seen].sort(([a], [b]) => a - b).map(([, text]) => parseRingDocument(text) as RingDocument);
  }

  /** The newest projection, each time that another one was found. */
  projections(): readonly number[] {
    return this.projected;
  }

  /** Kids in the order in which they became active. */
  signers(): string[] {
    const kids = this.documents().map(({ keys }) => activeKey(keys)?.kid);
    return kids.filter((kid, index) => kid !== undefined && kid !== kids[index - 1]) as string[];
  }

  /** What any of the writes broke. Across a generation that was not seen, everything holds but the step of one. */
  broken(): string[] {
    const all = this.documents();
    return all.slice(1).flatMap((document, index) => {
      const { generation } = document;
      const before = { ...(all[index] as RingDocument), generation: generation - 1 };
      return brokenInvariants(before, document).map((what) => `${generation}: ${what}`);
    });
  }
}
