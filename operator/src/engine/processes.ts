import type { CanaryResult, Receipt } from '@keyturn/keyring';
import { parseRingDocument, type PublicRingDocument } from '@keyturn/keyring/document';
import type { ConsumerListing } from './driver.js';

/** A process waits up to 5 s for the generation that it is asked for; then it answers with what it has. */
const RECEIPT_TIMEOUT_MS = 7_000;
const CANARY_TIMEOUT_MS = 5_000;
const MAX_ANSWER_BYTES = 256 * 1024;

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

/** The body as text; undefined when it is larger than an answer may be, however long it would go on. */
async function boundedText(answer: Response): Promise<string | undefined> {
  const decoder = new TextDecoder();
  let text = '';
  let size = 0;
  for await (const chunk of answer.body ?? []) {
    size += chunk.byteLength;
    if (size > MAX_ANSWER_BYTES) return undefined;
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

async function ask(url: URL, init: RequestInit, timeoutMs: number, signal?: AbortSignal): Promise<Fields | undefined> {
  const limit = AbortSignal.timeout(timeoutMs);
  try {
    const answer = await fetch(url, {
      ...init,
      redirect: 'error',
      signal: signal ? AbortSignal.any([limit, signal]) : limit,
    });
    const text = await boundedText(answer);
    if (!answer.ok || text === undefined) return undefined;
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    // Refused, cut, too slow or not JSON: in each case there is no evidence of this process.
    return undefined;
  }
}

const isObject = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

/** Twelve digits: what the name of a file of the truth can hold. */
const HIGHEST_GENERATION = 999_999_999_999;

const isGeneration = (value: unknown): value is number => isCount(value) && value <= HIGHEST_GENERATION;

/** A receipt that may be believed: all that evidence rests on is there and of the right kind. */
function asReceipt(fields: Fields | undefined, ring: string): Receipt | undefined {
  if (!fields || fields.ring !== ring) return undefined;
  const { ringId, podUid, bootId, loaded, durable, rowsLeft } = fields;
  const named = [podUid, bootId].every((value) => typeof value === 'string' && value !== '');
  if (!named || typeof ringId !== 'string' || !isGeneration(loaded) || !isGeneration(durable)) return undefined;
  const counted = rowsLeft === undefined || (isObject(rowsLeft) && Object.values(rowsLeft).every(isCount));
  return counted ? (fields as unknown as Receipt) : undefined;
}

export const httpProcesses: ProcessClient = {
  receipt: async ({ managementUrl }, ring, atLeast, signal) => {
    const url = new URL(`/keyturn/v1/rings/${encodeURIComponent(ring)}?atLeast=${atLeast}`, managementUrl);
    return asReceipt(await ask(url, {}, RECEIPT_TIMEOUT_MS, signal), ring);
  },
  canary: async ({ managementUrl }, ring, credential, signal) => {
    const url = new URL(`/keyturn/v1/rings/${encodeURIComponent(ring)}/canary`, managementUrl);
    const headers = { 'content-type': 'application/json' };
    const init = { method: 'POST', headers, body: JSON.stringify({ credential }) };
    const fields = await ask(url, init, CANARY_TIMEOUT_MS, signal);
    return typeof fields?.accepted === 'boolean' ? (fields as unknown as CanaryResult) : undefined;
  },
  document: async ({ managementUrl }, ring, signal) => {
    const url = new URL(`/keyturn/v1/rings/${encodeURIComponent(ring)}/document`, managementUrl);
    const fields = await ask(url, {}, CANARY_TIMEOUT_MS, signal);
    return fields && asDocument(fields);
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
