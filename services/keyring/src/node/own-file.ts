import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { RingLogger } from '../logger.js';
import { type OwnNote, parseNote, serializeNote } from '../rules/note.js';

const syncFolder = async (folder: string): Promise<void> => {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
};

const writeDurably = async (path: string, text: string): Promise<void> => {
  const folder = dirname(path);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const temporary = `${path}.next`;
  try {
    const handle = await open(temporary, 'w', 0o600);
    try {
      await handle.writeFile(text);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw error;
  }
  await syncFolder(folder);
};

/** The pod's own file of one ring: what stands in it binds every later process of the pod. */
export class OwnFile {
  private note: OwnNote | undefined;
  private unwritable = false;

  constructor(
    private readonly path: string,
    private readonly ring: string,
    private readonly logger: RingLogger,
  ) {}

  /** What the last successful write (or the pod's earlier process) left; its generation is `durable` in a receipt. */
  current(): OwnNote | undefined {
    return this.note;
  }

  /** The file as it is; undefined when absent or damaged: both ask for a confirming read. */
  async read(podUid: string): Promise<OwnNote | undefined> {
    try {
      const note = parseNote(await readFile(this.path, 'utf8'));
      if (note.ring !== this.ring) throw new Error('ring: must be the ring of the file');
      if (note.podUid === podUid) this.note = note;
      return note;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      const reason = error instanceof Error ? error.message : 'unknown';
      this.logger.warn(
        { event: 'own-file-damaged', ring: this.ring, path: this.path, reason },
        "the pod's own file cannot be read: starting as a fresh pod",
      );
      return undefined;
    }
  }

  /** Atomic and synced to disk. False when it could not be written: evidence does not grow, serving goes on. */
  async write(note: OwnNote): Promise<boolean> {
    try {
      await writeDurably(this.path, serializeNote(note));
    } catch (error) {
      if (!this.unwritable) this.report(error);
      this.unwritable = true;
      return false;
    }
    if (this.unwritable) {
      this.logger.info(
        { event: 'own-file-recovered', ring: this.ring, path: this.path },
        'the own file is written again',
      );
    }
    this.unwritable = false;
    this.note = note;
    return true;
  }

  private report(error: unknown): void {
    const reason = (error as NodeJS.ErrnoException).code ?? 'unknown';
    this.logger.error(
      { event: 'own-file-unwritable', ring: this.ring, path: this.path, reason },
      "the pod's own file cannot be written: this process serves on, but rotations wait for it",
    );
  }
}
