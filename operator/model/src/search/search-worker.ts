import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import type { Configuration } from '../configuration.js';
import { describeTrace } from '../world/describe.js';
import { World } from '../world/world.js';
import { type SearchLimits, type SearchResult, search } from './search.js';

/** The result of a search, with its counterexample as text. */
export type SearchReport = Omit<SearchResult, 'trace'> & { readonly trace: readonly string[] };

const { configuration, limits } = workerData as { configuration: Configuration; limits: SearchLimits };
const world = new World(configuration);
const result = search(world, limits);
const report: SearchReport = { ...result, trace: describeTrace(world, result.trace) };
// A port between threads has no origin.
// oxlint-disable-next-line unicorn/require-post-message-target-origin
(parentPort as MessagePort).postMessage(report);
