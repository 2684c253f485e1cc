import type { CanaryResult, Receipt } from '@keyturn/keyring';
import type { ConsumerListing } from './driver.js';

/** A process waits up to 5 s for the generation that it is asked for; then it answers with what it has. */
const RECEIPT_TIMEOUT_MS = 7_000;
const CANARY_TIMEOUT_MS = 5_000;
const MAX_ANSWER_BYTES = 256 * 1024;

/** Asks one process over its management port. Undefined = it gave no usable answer. */
export interface ProcessClient {
  receipt(consumer: ConsumerListing, ring: string, atLeast: number): Promise<Receipt | undefined>;
  canary(consumer: ConsumerListing, ring: string, credential: string): Promise<CanaryResult | undefined>;
}

type Fields = Readonly<Record<string, unknown>>;

async function ask(url: URL, init: RequestInit, timeoutMs: number): Promise<Fields | undefined> {
  try {
    const answer = await fetch(url, { ...init, redirect: 'error', signal: AbortSignal.timeout(timeoutMs) });
    const text = await answer.text();
    if (!answer.ok || text.length > MAX_ANSWER_BYTES) return undefined;
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Fields) : undefined;
  } catch {
    // Refused, cut, too slow or not JSON: in each case there is no evidence of this process.
    return undefined;
  }
}

const isGeneration = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

/** A receipt that may be believed: all that evidence rests on is there and of the right kind. */
function asReceipt(fields: Fields | undefined, ring: string): Receipt | undefined {
  if (!fields || fields.ring !== ring) return undefined;
  const { ringId, podUid, bootId, loaded, durable, rowsLeft } = fields;
  const named = [ringId, podUid, bootId].every((value) => typeof value === 'string' && value !== '');
  if (!named || !isGeneration(loaded) || !isGeneration(durable)) return undefined;
  const counts = rowsLeft === undefined || (typeof rowsLeft === 'object' && rowsLeft !== null);
  return counts ? (fields as unknown as Receipt) : undefined;
}

export const httpProcesses: ProcessClient = {
  receipt: async ({ managementUrl }, ring, atLeast) => {
    const url = new URL(`/keyturn/v1/rings/${encodeURIComponent(ring)}?atLeast=${atLeast}`, managementUrl);
    return asReceipt(await ask(url, {}, RECEIPT_TIMEOUT_MS), ring);
  },
  canary: async ({ managementUrl }, ring, credential) => {
    const url = new URL(`/keyturn/v1/rings/${encodeURIComponent(ring)}/canary`, managementUrl);
    const headers = { 'content-type': 'application/json' };
    const init = { method: 'POST', headers, body: JSON.stringify({ credential }) };
    const fields = await ask(url, init, CANARY_TIMEOUT_MS);
    return typeof fields?.accepted === 'boolean' ? (fields as unknown as CanaryResult) : undefined;
  },
};
