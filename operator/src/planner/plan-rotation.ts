import { activeKey, keysIn, type RingDocument } from '@keyturn/keyring/document';
import { Deliberation } from './deliberation.js';
import { behind, type Evidence } from './evidence.js';
import {
  canaryHolders,
  isAcceptedEverywhere,
  isDrainOver,
  isLoadedEverywhere,
  isProven,
  isRotated,
  mustBeSwept,
  rowHolders,
  standby,
  threats,
} from './guards.js';
import type { Intent, Plan, Step } from './plan.js';
import { isRotationDue, outsideReadyAt, roomForAnotherKeyAt } from './schedule.js';
import { sameSettings } from './settings.js';

/**
 * Decides the next step of a ring. Pure: no clock, no randomness, no I/O. The first rule that applies wins, and a step is
 * one write; the caller writes it and asks again with fresh evidence.
 *
 * 1. **revoke**: declared keys leave the accept set at once, all in one write; needs no evidence (a stored proof names
 *    the heir).
 * 2. **finish**: a compromised key that is proved gone everywhere is revoked.
 * 3. **adopt**: an edited policy becomes part of the ring, between runs; a run that is stuck does not keep it out.
 * 4. **retire**: a drained key is removed.
 * 5. **prepare**: there is always a pending key.
 * 6. **prove**: a pending key that every process has loaded, and whose canary every process accepts, is the standby.
 * 7. **activate**: the standby signs, when a rotation is due and every process listed now accepts its canary; when
 *    nobody signs, the stored proof is enough.
 * 8. Otherwise it **asks** for the evidence that a rule lacked, or **waits** and says for what and for whom.
 *
 * `evidence` is what `judgeEvidence` made of a round that began after `ring` was read; undefined = nothing was gathered.
 * Evidence of another generation is not used. `now` is epoch ms of the operator's clock.
 */
export function planRotation(ring: RingDocument, evidence: Evidence | undefined, intent: Intent, now: number): Plan {
  const about = new Deliberation(ring, evidence?.generation === ring.generation ? evidence : undefined, intent, now);
  for (const rule of [revoke, finish, adopt, retire, prepare, prove, activate]) {
    const step = rule(about);
    if (step) return { outcome: 'step', generation: ring.generation, step };
  }
  return about.withoutStep();
}

type Rule = (about: Deliberation) => Step | undefined;

const revoke: Rule = ({ ring, intent }) => {
  const declared = threats(ring, intent);
  if (declared.length === 0) return undefined;
  const kids = declared.map(({ kid }) => kid);
  const spared = keysIn(ring.keys, 'pending', 'active').filter(({ kid }) => !kids.includes(kid));
  const signs = activeKey(spared) !== undefined;
  const heir = signs ? undefined : keysIn(spared, 'pending').find(isProven);
  const pendingLeft = keysIn(spared, 'pending').filter((key) => key !== heir).length;
  return { kind: 'revoke', kids, heir: heir?.kid ?? null, freshKeys: pendingLeft === 0 ? 1 : 0 };
};

const finish: Rule = (about) => {
  const { ring, evidence, intent, now } = about;
  const compromised = keysIn(ring.keys, 'compromised');
  if (compromised.length === 0) return undefined;
  if (!evidence) return about.ask();
  const since = intent.revoke?.since ?? now;
  const outsideAt = outsideReadyAt(intent.revoke?.publishedUntil ?? since, intent.outside ?? [], ring.settings);
  if (now < outsideAt) return about.wait('OutsideCaches', since, { step: 'finish', until: outsideAt });
  const kids = compromised.filter((key) => {
    if (!isLoadedEverywhere(key, evidence)) {
      about.waitFor('ReceiptsBehind', 'finish', key, since, behind(evidence, key.since));
      return false;
    }
    const holders = mustBeSwept(ring) ? rowHolders(key, evidence) : [];
    if (holders.length > 0) about.waitFor('RowsLeft', 'finish', key, since, holders);
    return holders.length === 0;
  });
  return kids.length > 0 ? { kind: 'finish', kids: kids.map(({ kid }) => kid) } : undefined;
};

const adopt: Rule = ({ ring, intent, now }) => {
  const { policy, rotate } = intent;
  if (!policy || (sameSettings(policy.settings, ring.settings) && policy.issuer === ring.issuer)) return undefined;
  const running = rotate !== undefined && !isRotated(ring, rotate.replaces);
  if (running && now - rotate.since <= ring.settings.stalledAfterMs) return undefined;
  return { kind: 'adopt', settings: policy.settings, issuer: policy.issuer };
};

const retire: Rule = (about) => {
  const { ring, evidence, now } = about;
  const kids = keysIn(ring.keys, 'draining').filter((key) => {
    const until = key.drainUntil ?? Number.POSITIVE_INFINITY;
    if (!isDrainOver(key, now)) {
      about.wait('DrainNotOver', now, { step: 'retire', kid: key.kid, until });
      return false;
    }
    if (!mustBeSwept(ring)) return true;
    if (!evidence) {
      about.ask();
      return false;
    }
    const holders = rowHolders(key, evidence);
    if (holders.length > 0) about.waitFor('RowsLeft', 'retire', key, until, holders);
    return holders.length === 0;
  });
  return kids.length > 0 ? { kind: 'retire', kids: kids.map(({ kid }) => kid) } : undefined;
};

const prepare: Rule = (about) => {
  const { ring, now } = about;
  if (keysIn(ring.keys, 'pending').length > 0) return undefined;
  const roomAt = activeKey(ring.keys) ? roomForAnotherKeyAt(ring) : null;
  if (roomAt === null) return { kind: 'prepare', freshKeys: 1 };
  return about.wait('TooManyLiveKeys', now, { step: 'prepare', until: roomAt });
};

const prove: Rule = (about) => {
  const { ring, evidence } = about;
  const key = standby(ring);
  if (!key || isProven(key)) return undefined;
  if (evidence?.canaryFor !== key.kid) return about.ask(key.kid);
  if (!isLoadedEverywhere(key, evidence)) {
    return about.waitFor('ReceiptsBehind', 'prove', key, key.createdAt, behind(evidence, key.since));
  }
  if (!isAcceptedEverywhere(key, evidence)) {
    return about.waitFor('CanaryNotAccepted', 'prove', key, key.createdAt, canaryHolders(evidence));
  }
  return { kind: 'prove', kid: key.kid };
};

const activate: Rule = (about) => {
  const { ring, evidence, intent, now } = about;
  const active = activeKey(ring.keys);
  const requested = intent.rotate !== undefined && !isRotated(ring, intent.rotate.replaces);
  const scheduled = isRotationDue(ring, now) && now >= (intent.scheduleNotBefore ?? 0);
  if (active && !requested && !scheduled) return undefined;
  const key = standby(ring);
  if (!key || !isProven(key)) return undefined;
  const since = intent.rotate?.since ?? now;
  // Until it was proven an issuer may have published a set without it.
  const publishedAt = Math.max(key.createdAt, key.provenAt ?? 0);
  const outsideAt = outsideReadyAt(publishedAt, intent.outside ?? [], ring.settings);
  if (now < outsideAt) return about.wait('OutsideCaches', since, { step: 'activate', kid: key.kid, until: outsideAt });
  const freshKeys = keysIn(ring.keys, 'pending').length > 1 ? 0 : 1;
  if (!active) return { kind: 'activate', kid: key.kid, replaces: null, freshKeys };
  const roomAt = roomForAnotherKeyAt(ring);
  if (roomAt !== null) return about.wait('TooManyLiveKeys', since, { step: 'activate', kid: key.kid, until: roomAt });
  if (evidence?.canaryFor !== key.kid) return about.ask(key.kid);
  if (!isAcceptedEverywhere(key, evidence)) {
    return about.waitFor('CanaryNotAccepted', 'activate', key, since, canaryHolders(evidence));
  }
  return { kind: 'activate', kid: key.kid, replaces: active.kid, freshKeys };
};
