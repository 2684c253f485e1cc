import { setTimeout as sleep } from 'node:timers/promises';
import { makeCanary } from '@keyturn/operator';
import type { RingDocument } from '@keyturn/keyring/document';
import type { Browser } from '../load/browser.js';
import type { AccessToken } from '../load/credential.js';
import { member, succeeds } from '../load/expectations.js';

/** What one process said over time. Times are epoch milliseconds, taken when an answer came. */
export interface Refusal {
  readonly process: string;
  readonly probes: number;
  readonly lastAcceptedAt: number;
  /** undefined = it never refused. */
  readonly firstRefusedAt: number | undefined;
  /** Whether it accepted the key again after it had refused it. */
  readonly wavered: boolean;
}

/** Asks one process whether it accepts the key; undefined = no usable answer, a refusal for something else included. */
export type Question = () => Promise<boolean | undefined>;

/** How processes say that it is the key that they refuse: verifiers by code, issuers in words. */
const KEY_REFUSED: ReadonlySet<unknown> = new Set(['ERR_TOKEN_UNKNOWN_KEY', 'no accepted key has this kid']);

const PAUSE_MS = 5;
/** A process that hangs says nothing, and is asked again. */
const ANSWER_MS = 10_000;

/** Asks until the signal fires; `told` gets each answer. */
export async function watchProcess(
  process: string,
  ask: Question,
  stopped: AbortSignal,
  told: (accepted: boolean) => void = () => undefined,
): Promise<Refusal> {
  let probes = 0;
  let lastAcceptedAt = 0;
  let firstRefusedAt: number | undefined;
  let wavered = false;
  while (!stopped.aborted) {
    const accepted = await ask();
    probes++;
    if (accepted !== undefined) told(accepted);
    if (accepted === true) {
      lastAcceptedAt = Date.now();
      wavered ||= firstRefusedAt !== undefined;
    } else if (accepted === false) firstRefusedAt ??= Date.now();
    await sleep(PAUSE_MS);
  }
  return { process, probes, lastAcceptedAt, firstRefusedAt, wavered };
}

/** Through a guarded route of one process, with a token that was issued before. */
export const askByRoute =
  (browser: Browser, url: string, token: AccessToken): Question =>
  async () => {
    const { status, body } = await browser.send(
      { service: 'tasks', operation: 'tasks.list-directly', credential: token, expect: succeeds() },
      {
        url: new URL(`/api/${token.sub}/tasks?limit=1`, url),
        method: 'GET',
        headers: { authorization: `Bearer ${token.value}` },
      },
    );
    if (status === 401 && KEY_REFUSED.has(member(body, 'code'))) return false;
    return status === 200 ? true : undefined;
  };

/**
 * Through the verification path of an issuer, with canaries of the key as whoever stole it could make them. Each question
 * has its own: one that came to its end would be refused by a process that never heard of the revocation.
 */
export function askByCanary(managementUrl: string, stolen: RingDocument, kid: string, now = Date.now): Question {
  const url = new URL(`/keyturn/v1/rings/${stolen.ring}/canary`, managementUrl);
  return async () => {
    const answer = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ credential: await makeCanary(stolen, kid, now()) }),
      signal: AbortSignal.timeout(ANSWER_MS),
    }).catch(() => undefined);
    if (!answer?.ok) return undefined;
    const said = await answer.json();
    if (member(said, 'accepted') === true) return true;
    return KEY_REFUSED.has(member(said, 'reason')) ? false : undefined;
  };
}
