import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  againstRotation,
  Campaign,
  type CampaignResult,
  CROWD,
  dumpFailures,
  inWords,
  OPERATOR_POINTS,
  SESSION_RING,
  SHORT,
  TOKEN_RING,
} from '@keyturn/proof';

describe('users of a platform with ES256 tokens, while the signing key and the session secret rotate', () => {
  let campaign: Campaign;
  let result: CampaignResult | undefined;

  beforeAll(async () => {
    const rotations = [TOKEN_RING, SESSION_RING].map((ring) => ({ ring, pauseMs: 1_500 }));
    campaign = await Campaign.start({ algorithm: 'ES256', times: SHORT, crowd: CROWD, rotations });
  });

  afterAll(async () => {
    if (!result) await campaign?.finish();
  });

  it('go on while nothing else happens', async () => {
    await campaign.until(({ rotations }) => rotations.done.length >= 10, 60_000);
  });

  it.each(['tasks-1', 'auth-1', 'tasks-2', 'auth-2'])('go on when %s is killed and comes back', async (name) => {
    await campaign.injector.kill(name);
    const before = campaign.rotations.done.length;
    await campaign.until(({ rotations }) => rotations.done.length >= before + 2, 30_000);
  });

  it('go on when every process of a service is replaced by a new pod in order', async () => {
    await campaign.injector.rollOut('tasks');
    await campaign.injector.rollOut('auth');
  });

  it.each(['fast', 'crash'] as const)('go on when the database goes down and up again (%s)', async (how) => {
    await campaign.injector.restartDatabase(how);
    const before = campaign.rotations.done.length;
    await campaign.until(({ rotations }) => rotations.done.length >= before + 2, 30_000);
  });

  it('go on with the tokens that they hold when the auth service is down for 30 s', async () => {
    await campaign.injector.outage('auth', 30_000);
    const before = campaign.rotations.done.length;
    await campaign.until(({ rotations }) => rotations.done.length >= before + 2, 30_000);
  });

  it.each(OPERATOR_POINTS)('go on when the operator dies at %s', async (point) => {
    await campaign.injector.killOperatorAt(point, TOKEN_RING);
  });

  it('lose nothing: no logout, and no failure but those that the faults explain', async () => {
    await campaign.until(({ rotations }) => rotations.done.length >= 60, 120_000);
    result = await campaign.finish();
    await dumpFailures('test-results/es256-failures.jsonl', result);
    const { verdict, stuck } = result;
    expect(stuck).toEqual([]);
    expect(verdict.logouts.map(inWords)).toEqual([]);
    expect(verdict.unexplained.map(inWords)).toEqual([]);
    expect(againstRotation(verdict)).toBe(0);
  });
});
