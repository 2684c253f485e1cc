import type { CanaryResult, Receipt } from '@keyturn/keyring';
import { parseRingDocument, type PublicRingDocument } from '@keyturn/keyring/document';
import { ask } from './ask.js';
import type { ConsumerListing } from './driver.js';

/** A process waits up to 5 s for the generation that it is asked for; then it answers with what it has. */
const RECEIPT_TIMEOUT_MS = 7_000;
const CANARY_TIMEOUT_MS = 5_000;

/** Asks one process over its management port. Undefined = it gave no usable answer, or the signal fired. */
export interface ProcessClient {
  receipt(consumer: ConsumerListing, ring: string, atLeast: number, signal?: AbortSignal): Promise<Receipt | undefined>;
  canary(
    consumer: ConsumerListing,
    ring: string,
    credential: string,
    signal?: AbortSignal,
  ): Promise<CanaryResult | undefined>;
  /** The ring that the process has loaded. */
  document(consumer: ConsumerListing, ring: string, signal?: AbortSignal): Promise<PublicRingDocument | undefined>;
}

type Fields = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

/** Twelve digits: what the name of a file of the truth can hold. */
const HIGHEST_GENERATION = 999_999_999_999;

const isGeneration = (value: unknown): value is number => isCount(value) && value <= HIGHEST_GENERATION;

/** A receipt that may be believed: all that evidence rests on is there and of the right kind. */
function asReceipt(fields: unknown, ring: string): Receipt | undefined {
  if (!isObject(fields) || fields.ring !== ring) return undefined;
  const { ringId, podUid, bootId, loaded, durable, rowsLeft } = fields;
  const named = [podUid, bootId].every((value) => typeof value === 'string' && value !== '');
  if (!named || typeof ringId !== 'string' || !isGeneration(loaded) || !isGeneration(durable)) return undefined;
  const counted = rowsLeft === undefined || (isObject(rowsLeft) && Object.values(rowsLeft).every(isCount));
  return counted ? (fields as unknown as Receipt) : undefined;
}

export const httpProcesses: ProcessClient = {
  receipt: async ({ managementUrl }, ring, atLeast, signal) => {
    const url = new URL(`/keyturn/v1/rings/${encodeURIComponent(ring)}?atLeast=${atLeast}`, managementUrl);
    return asReceipt(await ask(url, { timeoutMs: RECEIPT_TIMEOUT_MS, signal }), ring);
  },
  canary: async ({ managementUrl }, ring, credential, signal) => {
    const url = new URL(`/keyturn/v1/rings/${encodeURIComponent(ring)}/canary`, managementUrl);
    const fields = await ask(url, { body: { credential }, timeoutMs: CANARY_TIMEOUT_MS, signal });
    return isObject(fields) && typeof fields.accepted === 'boolean' ? (fields as unknown as CanaryResult) : undefined;
  },
  document: async ({ managementUrl }, ring, signal) => {
    const url = new URL(`/keyturn/v1/rings/${encodeURIComponent(ring)}/document`, managementUrl);
    const fields = await ask(url, { timeoutMs: CANARY_TIMEOUT_MS, signal });
    return isObject(fields) ? asDocument(fields) : undefined;
  },
};

function asDocument(fields: Fields): PublicRingDocument | undefined {
  try {
    const document = parseRingDocument(JSON.stringify(fields));
    return document.form === 'public' ? document : undefined;
  } catch {
    return undefined;
  }
}
