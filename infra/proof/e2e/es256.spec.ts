import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Campaign, CROWD, OPERATOR_POINTS, SESSION_RING, SHORT, TOKEN_RING, totalRotations } from '@keyturn/proof';
import { expectNothingLost, moreRotations } from './under-load.js';

describe('users of a platform with ES256 tokens, while the signing key and the session secret rotate', () => {
  let campaign: Campaign;

  beforeAll(async () => {
    const rotations = [TOKEN_RING, SESSION_RING].map((ring) => ({ ring, pauseMs: 1_500 }));
    campaign = await Campaign.start({ algorithm: 'ES256', times: SHORT, crowd: CROWD, rotations });
  });

  afterAll(async () => {
    await campaign?.finish();
  });

  it('go on while nothing else happens', async () => {
    await moreRotations(campaign, 10);
  });

  it.each(['tasks-1', 'auth-1'])('go on when %s is killed and comes back', async (name) => {
    await campaign.injector.kill(name);
    await moreRotations(campaign, 2);
  });

  it('go on when every process of every service is replaced by a new pod, in order', async () => {
    await campaign.injector.rollOut('tasks');
    await campaign.injector.rollOut('auth');
  });

  it.each(['fast', 'crash'] as const)('go on when the database goes down and up again (%s)', async (how) => {
    await campaign.injector.restartDatabase(how);
    await moreRotations(campaign, 2);
  });

  it('go on with the tokens that they hold when the auth service is down for 30 s', async () => {
    await campaign.injector.outage('auth', 30_000);
    await moreRotations(campaign, 2);
  });

  it.each(OPERATOR_POINTS)('go on when the operator dies at %s', async (point) => {
    await campaign.injector.killOperatorAt(point, TOKEN_RING);
  });

  it('lose nothing: no logout, and no failure but those that the faults explain', async () => {
    await campaign.until(({ rotations, crowd }) => rotations.done.length >= 60 && crowd.requests >= 30_000, 240_000);
    const result = await expectNothingLost('es256', campaign);
    expect(totalRotations(result)).toBeGreaterThanOrEqual(60);
    expect(result.requests).toBeGreaterThanOrEqual(30_000);
    expect(result.kids).toBeGreaterThan(5);
  });
});
