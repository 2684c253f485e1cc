import { describe, expect, it } from '@jest/globals';
import { intentOf } from '../../src/engine/intent.js';
import type { RunRecord } from '../../src/records/index.js';
import { evidence, HOUR, key, MINUTE, NOW, plan, proven, ring, rotate, stepOf, waitsOf } from './world.js';

const at = (ms: number): string => new Date(ms).toISOString();
const outside = [{ name: 'partner', cacheMs: 5 * MINUTE }];

const revocation = (
  id: string,
  kid: string,
  requestedAt: number,
  emergency: { [time: string]: number },
): RunRecord => ({
  id,
  ring: 'tokens',
  kind: 'revoke',
  reason: 'Compromised',
  requestedBy: 'test',
  phase: 'Running',
  timeline: [{ at: at(requestedAt), event: 'Requested' }],
  kids: [kid],
  provenBy: [],
  unproven: [],
  emergency: {
    declaredAt: at(requestedAt),
    ...Object.fromEntries(Object.entries(emergency).map(([name, ms]) => [name, at(ms)])),
  },
});

/** What is planned for the revocations, by a policy that names a verifier with a cache of five minutes. */
const planned = (
  runs: readonly RunRecord[],
  document = ring([key('a', 'active'), key('p', 'pending', proven), key('x', 'compromised')]),
) => {
  const { settings, issuer } = document;
  const policy = { ...document, settings, ...(issuer !== undefined && { issuer }), outside, historyLimit: 10 };
  const { policy: _same, ...intent } = intentOf(document, runs, policy);
  return plan(document, evidence(), intent);
};

const waitsForOutside = expect.arrayContaining([expect.objectContaining({ reason: 'OutsideCaches', step: 'finish' })]);

describe('verifiers outside the receipts', () => {
  it('given a request that waited for an operator, then their caches are waited for from the write on', () => {
    expect(waitsOf(planned([revocation('late', 'x', NOW - HOUR, { writtenAt: NOW - MINUTE })]))).toEqual(
      waitsForOutside,
    );
  });

  it('given a process that refused late, then their caches are waited for from then on: an issuer published until then', () => {
    const times = { writtenAt: NOW - HOUR, firstRefusedAt: NOW - HOUR, lastRefusedAt: NOW - MINUTE };
    expect(waitsOf(planned([revocation('slow', 'x', NOW - HOUR, times)]))).toEqual(waitsForOutside);
  });

  it('given an older revocation that is still open, then the newer one waits for its own time', () => {
    const runs = [
      revocation('older', 'y', NOW - HOUR, { writtenAt: NOW - HOUR }),
      revocation('newer', 'x', NOW - MINUTE, { writtenAt: NOW - MINUTE }),
    ];
    expect(waitsOf(planned(runs))).toEqual(waitsForOutside);
  });

  it('given times that are over, then the key is revoked', () => {
    const times = { writtenAt: NOW - HOUR, lastRefusedAt: NOW - HOUR };
    expect(stepOf(planned([revocation('done', 'x', NOW - HOUR, times)]))).toEqual({ kind: 'finish', kids: ['x'] });
  });

  it('given a standby that an issuer learnt of late, then their caches are waited for from its proof on', () => {
    const standby = key('p', 'pending', { createdAt: NOW - HOUR, provenAt: NOW - MINUTE });
    const document = ring([key('a', 'active'), standby]);
    expect(waitsOf(plan(document, evidence(), { ...rotate('a'), outside }))).toContainEqual(
      expect.objectContaining({ reason: 'OutsideCaches', step: 'activate' }),
    );
  });
});
