import { expect } from '@jest/globals';
import { againstRotation, type Campaign, type CampaignResult, dumpFailures, inWords, summary } from '@keyturn/proof';

/** Ends a campaign, prints what came of it, and wants it to be nothing that anybody noticed. */
export async function expectNothingLost(name: string, campaign: Campaign): Promise<CampaignResult> {
  const result = await campaign.finish();
  process.stderr.write(summary(name, result));
  await dumpFailures(`test-results/${name}-failures.jsonl`, result);
  const { verdict, stuck } = result;
  expect(stuck).toEqual([]);
  expect(verdict.logouts.map(inWords)).toEqual([]);
  expect(verdict.unexplained.map(inWords)).toEqual([]);
  expect(againstRotation(verdict)).toBe(0);
  return result;
}

/** Waits until so many more rotations have ended. */
export async function moreRotations(campaign: Campaign, n: number): Promise<void> {
  const before = campaign.rotations.done.length;
  await campaign.until(({ rotations }) => rotations.done.length >= before + n, 60_000);
}
