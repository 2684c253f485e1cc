import { type FSWatcher, mkdirSync, watch } from 'node:fs';
import { Wake } from '../engine/index.js';

/**
 * Tells when something in one of the folders may have changed. A watch may miss an event or fail altogether; waiting is
 * bounded by the caller's time, so that only costs promptness.
 */
export class ChangeWatch extends Wake {
  private readonly watchers: FSWatcher[] = [];

  constructor(folders: readonly string[]) {
    super();
    for (const folder of folders) {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      const watcher = watch(folder, { persistent: false }, () => this.wake());
      watcher.on('error', () => watcher.close());
      this.watchers.push(watcher);
    }
  }

  close(): void {
    for (const watcher of this.watchers) watcher.close();
    this.wake();
  }
}
