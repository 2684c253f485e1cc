import { Worker } from 'node:worker_threads';
import type { Configuration } from '../configuration.js';
import type { SearchLimits } from './search.js';
import type { SearchReport } from './search-worker.js';

/** Runs a search on a thread of its own. */
export function runSearch(configuration: Configuration, limits: SearchLimits = {}): Promise<SearchReport> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./search-worker.js', import.meta.url), {
      workerData: { configuration, limits },
    });
    worker.once('message', resolve);
    worker.once('error', reject);
  });
}
