import { existsSync, type FSWatcher, watch } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { parseRingDocument } from '../document/codec.js';
import type { AnyRingDocument } from '../document/document.js';
import { LARGEST_DOCUMENT } from '../document/json.js';
import { type RingLogger, silentLogger } from '../logger.js';

export interface FileSourceOptions {
  readonly ring: string;
  /** The mounted ring document, such as `/etc/keyturn/rings/<ring>/ring.json`. It may be missing for now. */
  readonly path: string;
  /** Called with each new, readable content. */
  readonly onDocument: (document: AnyRingDocument) => void;
  readonly logger?: RingLogger;
}

/** A mounted file with hot reload. */
export interface FileSource {
  /** The last readable content. A damaged or deleted file never takes it away. */
  latest(): AnyRingDocument | undefined;
  /** Reads the file now if it changed; also the fallback where the file system reports nothing. Never throws. */
  check(): Promise<void>;
  close(): void;
}

const code = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? 'ERR_RING_INVALID';

const readSmall = async (path: string): Promise<string> => {
  const { size } = await stat(path);
  if (size > LARGEST_DOCUMENT * 4) throw new RangeError('the file is larger than a ring document may be');
  return readFile(path, 'utf8');
};

class MountedFile implements FileSource {
  private document: AnyRingDocument | undefined;
  private lastText: string | undefined;
  private damaged = false;
  private watcher: FSWatcher | undefined;
  private checking: Promise<void> | undefined;
  private again = false;
  private readonly closing = new AbortController();

  constructor(
    private readonly options: FileSourceOptions,
    private readonly logger: RingLogger,
  ) {}

  latest(): AnyRingDocument | undefined {
    return this.document;
  }

  check(): Promise<void> {
    if (this.closing.signal.aborted) return Promise.resolve();
    this.again = true;
    return (this.checking ??= this.readUntilQuiet());
  }

  close(): void {
    this.closing.abort();
    this.forgetWatcher();
  }

  /** A change that is reported while the file is read may be missing from what was read. */
  private async readUntilQuiet(): Promise<void> {
    try {
      do {
        this.again = false;
        await this.readOnce();
      } while (this.again && !this.closing.signal.aborted);
    } finally {
      this.checking = undefined;
    }
  }

  private async readOnce(): Promise<void> {
    this.watchFolder();
    try {
      this.take(await readSmall(this.options.path));
    } catch (error) {
      if (code(error) !== 'ENOENT') return this.report(error);
      this.lastText = undefined;
      if (!existsSync(dirname(this.options.path))) this.forgetWatcher();
    }
  }

  private take(text: string): void {
    if (text === this.lastText) return;
    this.lastText = text;
    this.document = parseRingDocument(text);
    const { ring, path, onDocument } = this.options;
    if (this.damaged) this.logger.info({ event: 'file-recovered', ring, path }, 'the ring file is readable again');
    this.damaged = false;
    onDocument(this.document);
  }

  private report(error: unknown): void {
    if (this.damaged) return;
    this.damaged = true;
    const { ring, path } = this.options;
    const reason = error instanceof Error ? error.message : 'unknown';
    const said = 'the ring file is damaged; the ring in memory stays';
    this.logger.error({ event: 'file-damaged', ring, path, reason }, said);
  }

  private watchFolder(): void {
    if (this.watcher || this.closing.signal.aborted) return;
    try {
      this.watcher = watch(dirname(this.options.path), { persistent: false }, () => void this.check());
      this.watcher.on('error', () => this.forgetWatcher());
    } catch {
      this.watcher = undefined;
    }
  }

  private forgetWatcher(): void {
    this.watcher?.close();
    this.watcher = undefined;
  }
}

/**
 * Watches the folder, not the file: Kubernetes swaps the link `..data` beside it, others rename a new file over it.
 * Damage is reported once and its end once, however often the file changes meanwhile (a slow writer is no storm).
 */
export const createFileSource = (options: FileSourceOptions): FileSource =>
  new MountedFile(options, options.logger ?? silentLogger);
