import { digestOf, type Receipt } from '@keyturn/keyring';
import { type RingDocument, toPublicDocument } from '@keyturn/keyring/document';
import { makeCanary } from '../keys/index.js';
import {
  type Gathered,
  type GatheredConsumer,
  type GatheredReceipt,
  longestGraceMs,
  type Question,
} from '../planner/index.js';
import type { ConsumerListing, Driver } from './driver.js';
import type { PodMemory } from './memory.js';
import type { ProcessClient } from './processes.js';

export interface GatherOptions {
  readonly driver: Driver;
  readonly processes: ProcessClient;
  readonly memory: PodMemory;
  readonly now: () => number;
  /** Called when a process was heard to have loaded a generation, with the time of its answer. */
  readonly heard?: (podUid: string, loaded: number, at: number) => void;
  readonly step?: (step: 'projected' | 'listed' | 'asked') => Promise<void> | void;
  /** Ends the asking early; what was gathered is not used then. */
  readonly signal?: AbortSignal;
}

/** Sockets at a time: a silent process holds one for seconds, so it is not few; each has buffers, so it is not many. */
export const ASKED_AT_ONCE = 128;

/** Like `Promise.all(items.map(work))`, with at most `limit` at work. */
export async function mapLimited<T, R>(
  items: readonly T[],
  limit: number,
  work: (item: T) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  const waiting = items.entries();
  const worker = async (): Promise<void> => {
    for (const [index, item] of waiting) results[index] = await work(item);
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, worker));
  return results;
}

/**
 * One round of evidence for a ring that was just read. The order is the rule: the projection is stored before the pods
 * are listed, the list comes from the platform itself, and every process is asked after it.
 */
export async function gather(ring: RingDocument, question: Question, options: GatherOptions): Promise<Gathered> {
  const { driver, memory, now } = options;
  await driver.truth.project(ring);
  const projectedAt = memory.projectedAt(ring.generation, now());
  await options.step?.('projected');
  const listedAt = now();
  const listed = await driver.consumers(ring.ring);
  memory.keepOnly(new Set(listed.map(({ podUid }) => podUid)));
  await options.step?.('listed');
  const canary = question.canaryFor === null ? undefined : await makeCanary(ring, question.canaryFor, now());
  const ask = (consumer: ConsumerListing): Promise<GatheredConsumer> =>
    askConsumer(consumer, { ring, atLeast: question.atLeast, canary, reportedAt: listedAt }, options);
  const consumers = await mapLimited(listed, ASKED_AT_ONCE, ask);
  await options.step?.('asked');
  return {
    ringId: ring.ringId,
    generation: ring.generation,
    restartGraceMs: longestGraceMs(ring.settings),
    projectedAt,
    listedAt,
    canaryFor: question.canaryFor,
    digest: digestOf(toPublicDocument(ring)),
    issuerMissing: isIssuerMissing(ring, listed),
    consumers,
  };
}

/** Holders of a shared secret may sign as well; of a ring without any pod nothing can be said. */
const isIssuerMissing = ({ type }: RingDocument, listed: readonly ConsumerListing[]): boolean =>
  type === 'SigningKey' && listed.some(({ labelled }) => labelled) && !listed.some(({ role }) => role === 'issuer');

interface Asked {
  readonly ring: RingDocument;
  readonly atLeast: number;
  readonly canary: string | undefined;
  readonly reportedAt: number;
}

async function askConsumer(consumer: ConsumerListing, asked: Asked, options: GatherOptions): Promise<GatheredConsumer> {
  const { processes, memory, now, heard, signal } = options;
  const { name, podUid, role, workload, fenced } = consumer;
  const receipt = await processes.receipt(consumer, asked.ring.ring, asked.atLeast, signal);
  const isOurs = receipt?.podUid === podUid && receipt.ringId === asked.ring.ringId;
  // What is above the truth proves nothing about it, now or later.
  if (isOurs && Math.max(receipt.loaded, receipt.durable) <= asked.ring.generation) {
    // Not `durable` alone: a process that hangs between writing its file and loading it still runs with the older ring.
    memory.saw(podUid, Math.min(receipt.loaded, receipt.durable));
    heard?.(podUid, receipt.loaded, now());
  }
  const sent = receipt && asked.canary !== undefined;
  const canary = sent ? await processes.canary(consumer, asked.ring.ring, asked.canary ?? '', signal) : undefined;
  return {
    name,
    podUid,
    role,
    ...(workload !== undefined && { workload }),
    lastDurable: memory.lastDurable(podUid),
    reported: memory.reported(consumer, asked.reportedAt),
    ...(fenced !== undefined && { fenced }),
    ...(receipt && { receipt: neededOf(receipt) }),
    ...(canary && {
      canary: { accepted: canary.accepted, ...(canary.reason !== undefined && { reason: canary.reason }) },
    }),
  };
}

/** What evidence rests on: of thousands of receipts nothing else is kept until the round is judged. */
const neededOf = ({ ringId, podUid, bootId, loaded, durable, digest, rowsLeft }: Receipt): GatheredReceipt => ({
  ringId,
  podUid,
  bootId,
  loaded,
  durable,
  digest,
  ...(rowsLeft && { rowsLeft }),
});
