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

/**
 * Watches the folder, not the file: Kubernetes swaps the link `..data` beside it, others rename a new file over it.
 * Damage is reported once and its end once, however often the file changes meanwhile (a slow writer is no storm).
 */
export const createFileSource = ({ ring, path, onDocument, logger = silentLogger }: FileSourceOptions): FileSource => {
  let latest: AnyRingDocument | undefined;
  let lastText: string | undefined;
  let damaged = false;
  let watcher: FSWatcher | undefined;
  const closing = new AbortController();
  let checking: Promise<void> | undefined;
  let again = false;

  const take = (text: string): void => {
    if (text === lastText) return;
    lastText = text;
    const document = parseRingDocument(text);
    latest = document;
    if (damaged) logger.info({ event: 'file-recovered', ring, path }, 'the ring file is readable again');
    damaged = false;
    onDocument(document);
  };

  const report = (error: unknown): void => {
    if (damaged || code(error) === 'ENOENT') return;
    damaged = true;
    const reason = error instanceof Error ? error.message : 'unknown';
    logger.error({ event: 'file-damaged', ring, path, reason }, 'the ring file is damaged; the ring in memory stays');
  };

  const watchFolder = (): void => {
    if (watcher || closing.signal.aborted) return;
    try {
      watcher = watch(dirname(path), { persistent: false }, () => void check());
      watcher.on('error', forgetWatcher);
    } catch {
      watcher = undefined;
    }
  };
  const forgetWatcher = (): void => {
    watcher?.close();
    watcher = undefined;
  };

  const readOnce = async (): Promise<void> => {
    watchFolder();
    try {
      take(await readSmall(path));
    } catch (error) {
      if (code(error) === 'ENOENT') {
        lastText = undefined;
        if (!existsSync(dirname(path))) forgetWatcher();
      }
      report(error);
    }
  };

  const readUntilQuiet = async (): Promise<void> => {
    do {
      again = false;
      await readOnce();
    } while (again && !closing.signal.aborted);
  };

  const check = (): Promise<void> => {
    if (closing.signal.aborted) return Promise.resolve();
    again = true;
    return (checking ??= readUntilQuiet().finally(() => {
      checking = undefined;
    }));
  };

  return {
    latest: () => latest,
    check,
    close: () => {
      closing.abort();
      forgetWatcher();
    },
  };
};
