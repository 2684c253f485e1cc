import { setTimeout as sleep } from 'node:timers/promises';
import { Campaign } from '../campaign/campaign.js';
import type { CampaignResult } from '../campaign/result.js';
import { CROWD, SESSION_RING, SHORT, TOKEN_RING, type TokenAlgorithm } from '../campaign/setting.js';
import type { CrowdPlan } from '../load/crowd.js';
import { troubles } from './trouble.js';

export interface Goal {
  readonly rotations: number;
  readonly requests: number;
  readonly untilMs: number;
}

/** More users than a test has: the machine is kept busy, mostly by guarded reads. */
const BUSY: CrowdPlan = { ...CROWD, workers: 24, workerThinkMs: 4 };

const PAUSE_MS = 1_000;
const CALM_MS = 8_000;
const REPORT_MS = 10_000;

/** Runs one campaign until it has reached its numbers, or its time is over. */
export async function runCampaign(
  algorithm: TokenAlgorithm,
  goal: Goal,
  log: (line: string) => void,
): Promise<CampaignResult> {
  const rotations = [TOKEN_RING, SESSION_RING].map((ring) => ({ ring, pauseMs: PAUSE_MS }));
  const campaign = await Campaign.start({ algorithm, times: SHORT, crowd: BUSY, rotations });
  const stopped = new AbortController();
  const said = setInterval(() => log(progress(algorithm, campaign, goal)), REPORT_MS);
  try {
    const breaking = makeTrouble(campaign, stopped.signal);
    while (!isReached(campaign, goal) && campaign.rotations.stuck.length === 0) {
      await Promise.race([sleep(1_000), breaking]);
      await campaign.crowd.collect();
    }
    stopped.abort();
    await breaking;
  } catch (error) {
    await campaign.finish();
    throw error;
  } finally {
    clearInterval(said);
  }
  return campaign.finish();
}

const isReached = ({ rotations, crowd }: Campaign, goal: Goal): boolean =>
  Date.now() > goal.untilMs || (rotations.done.length >= goal.rotations && crowd.requests >= goal.requests);

async function makeTrouble({ injector }: Campaign, stopped: AbortSignal): Promise<void> {
  for (const trouble of troubles()) {
    await sleep(CALM_MS, undefined, { signal: stopped }).catch(() => undefined);
    if (stopped.aborted) return;
    await trouble(injector);
  }
}

const progress = (algorithm: string, { rotations, crowd, injector, ledger }: Campaign, goal: Goal): string => {
  const failures = [...ledger.failures()].length;
  const made = `${crowd.requests}/${goal.requests} requests, ${rotations.done.length}/${goal.rotations} rotations`;
  return `${algorithm}: ${made}, ${injector.faults.length} faults, ${failures} requests that did not succeed`;
};
