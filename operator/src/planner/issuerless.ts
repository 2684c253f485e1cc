import type { RingDocument } from '@keyturn/keyring/document';
import type { Evidence } from './evidence.js';
import type { Intent, Plan, Wait } from './plan.js';

/**
 * Keeps the key that signs while consumers are found and none of them is an issuer: either nobody signs, or who does lacks
 * its label. Pure. `plan` is what `planRotation` made of the same facts.
 *
 * Next to its rules, not one of them: it only takes a planned activation away, so whatever is proved of them stays. A
 * revocation is never held, nor a ring in which no key signs, nor one of which nothing is known.
 */
export function keepWithoutIssuer(
  plan: Plan,
  ring: RingDocument,
  evidence: Evidence | undefined,
  intent: Intent,
  now: number,
): Plan {
  if (!evidence?.issuerMissing || plan.outcome !== 'step') return plan;
  const { step, generation } = plan;
  if (step.kind !== 'activate' || step.replaces === null) return plan;
  const since = intent.rotate?.since ?? now;
  const stalled = now - since > ring.settings.stalledAfterMs;
  const wait: Wait = { reason: 'NoIssuer', step: 'activate', kid: step.kid, since, laggards: [], stalled };
  return { outcome: stalled ? 'stalled' : 'wait', generation, waits: [wait] };
}
