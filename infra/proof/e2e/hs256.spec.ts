import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Campaign, CROWD, SESSION_RING, SHORT, TOKEN_RING, totalRotations } from '@keyturn/proof';
import { expectNothingLost, moreRotations } from './under-load.js';

describe('users of a platform with HS256 tokens, while both shared secrets rotate', () => {
  let campaign: Campaign;

  beforeAll(async () => {
    const rotations = [TOKEN_RING, SESSION_RING].map((ring) => ({ ring, pauseMs: 1_000 }));
    campaign = await Campaign.start({ algorithm: 'HS256', times: SHORT, crowd: CROWD, rotations });
  });

  afterAll(async () => {
    await campaign?.finish();
  });

  it('go on while nothing else happens', async () => {
    await moreRotations(campaign, 10);
  });

  it.each(['tasks-2', 'auth-2'])('go on when %s is killed and comes back', async (name) => {
    await campaign.injector.kill(name);
    await moreRotations(campaign, 2);
  });

  it.each(['truth-written:activate', 'step-written:activate'] as const)(
    'go on when the operator dies at %s of the session secret',
    async (point) => {
      await campaign.injector.killOperatorAt(point, SESSION_RING);
    },
  );

  it('go on when the database is restarted', async () => {
    await campaign.injector.restartDatabase('fast');
    await moreRotations(campaign, 2);
  });

  it('lose nothing: no logout, and no failure but those that the faults explain', async () => {
    await campaign.until(({ rotations, crowd }) => rotations.done.length >= 40 && crowd.requests >= 20_000, 240_000);
    const result = await expectNothingLost('hs256', campaign);
    expect(totalRotations(result)).toBeGreaterThanOrEqual(40);
    expect(result.requests).toBeGreaterThanOrEqual(20_000);
  });
});
