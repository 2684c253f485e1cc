import { type FSWatcher, mkdirSync, watch } from 'node:fs';

/**
 * Tells when something in one of the folders may have changed. A watch may miss an event or fail altogether; waiting is
 * bounded by the caller's time, so that only costs promptness.
 */
export class ChangeWatch {
  private readonly watchers: FSWatcher[] = [];
  private waiting = new Set<() => void>();

  constructor(folders: readonly string[]) {
    for (const folder of folders) {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      const watcher = watch(folder, { persistent: false }, () => this.wake());
      watcher.on('error', () => watcher.close());
      this.watchers.push(watcher);
    }
  }

  private wake(): void {
    const waiting = this.waiting;
    this.waiting = new Set();
    for (const resume of waiting) resume();
  }

  /** Resolves at the next change, after `ms`, or when the signal fires. */
  changed(ms: number, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const resume = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', resume);
        this.waiting.delete(resume);
        resolve();
      };
      const timer = setTimeout(resume, ms);
      signal.addEventListener('abort', resume, { once: true });
      this.waiting.add(resume);
    });
  }

  close(): void {
    for (const watcher of this.watchers) watcher.close();
    this.wake();
  }
}
