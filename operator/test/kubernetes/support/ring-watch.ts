import { activeKey, parseRingDocument, type RingDocument } from '@keyturn/keyring/document';
import { type ApiClient, collection, ResourceCache, type Secret, SECRETS } from '../../../src/kubernetes/api/index.js';
import { brokenInvariants } from '../../../src/planner/index.js';

/** Every generation that a ring had, as a watch of its Secret saw it. */
export class RingWatch {
  private readonly seen = new Map<number, RingDocument>();
  private readonly stopped = new AbortController();
  private readonly running: Promise<void>;

  constructor(api: ApiClient, namespace: string, ring: string) {
    const name = `keyring-${ring}`;
    const cache = new ResourceCache<Secret>({
      api,
      path: collection(SECRETS, namespace),
      query: { fieldSelector: `metadata.name=${name}` },
      onChange: (secret) => this.note(secret),
    });
    this.running = cache.run(this.stopped.signal);
  }

  private note(secret: Secret | undefined): void {
    const text = Buffer.from(secret?.data?.['ring.json'] ?? '', 'base64').toString('utf8');
    if (text === '') return;
    const document = parseRingDocument(text) as RingDocument;
    this.seen.set(document.generation, document);
  }

  async stop(): Promise<void> {
    this.stopped.abort();
    await this.running;
  }

  documents(): RingDocument[] {
    return [...this.seen].sort(([a], [b]) => a - b).map(([, document]) => document);
  }

  /** Kids in the order in which they became active. */
  signers(): string[] {
    const kids = this.documents().map(({ keys }) => activeKey(keys)?.kid);
    return kids.filter((kid, index) => kid !== undefined && kid !== kids[index - 1]) as string[];
  }

  /** What any of the writes broke; a generation that was not seen is named too. */
  broken(): string[] {
    const all = this.documents();
    return all.slice(1).flatMap((document, index) => {
      const before = all[index];
      return before ? brokenInvariants(before, document).map((what) => `${document.generation}: ${what}`) : [];
    });
  }
}
