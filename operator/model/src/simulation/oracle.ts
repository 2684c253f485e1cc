import { keysIn, RANK, type RingDocument, toPublicDocument } from '@keyturn/keyring/document';
import type { Cluster } from './cluster.js';
import { REAL } from './settings.js';

/** Checks the invariants: S3, S4 and S5 at every commit, S1 and S2 after every event. */
export class Oracle {
  /** kid -> the latest `exp` of its credentials, by the clock of the issuer that stamped it. */
  readonly #expires = new Map<string, number>();
  credentials = 0;
  checks = 0;

  constructor(private readonly cluster: Cluster) {}

  signed(kid: string, expiresAt: number): void {
    this.credentials += 1;
    this.#expires.set(kid, Math.max(expiresAt, this.#expires.get(kid) ?? 0));
  }

  committed(before: RingDocument, after: RingDocument): void {
    const { cluster } = this;
    if (keysIn(after.keys, 'active').length > 1) cluster.violate('S3: more than one key is active');
    for (const key of before.keys) {
      const next = after.keys.find(({ kid }) => kid === key.kid);
      const isForgotten = !next && RANK[key.state] < RANK.retired;
      if (isForgotten || (next && RANK[next.state] < RANK[key.state])) {
        cluster.violate(`S4: the rank of ${cluster.name(key.kid)} fell from ${key.state}`);
      }
    }
    const published = JSON.stringify(toPublicDocument(after));
    if (after.keys.some(({ secret }) => secret !== undefined && published.includes(secret))) {
      cluster.violate('S5: a secret is in the public document');
    }
  }

  /** False once anything is violated. */
  check(): boolean {
    const { cluster } = this;
    const revoked = keysIn(cluster.truth.keys, 'revoked').map(({ kid }) => kid);
    for (const { uid, process } of cluster.pods.values()) {
      if (!process?.ready || !process.loaded) continue;
      this.checks += 1;
      const accepted = cluster.accepted(process.loaded);
      const latest = cluster.time.now + process.clockOffset - REAL.clockSkewMs;
      for (const [kid, expiresAt] of this.#expires) {
        if (accepted.has(kid) || cluster.declared.has(kid) || expiresAt < latest) continue;
        cluster.violate(
          `S1: ${uid} at g${process.loaded.generation} refuses a live credential of ${cluster.name(kid)}`,
        );
      }
      for (const kid of revoked) {
        if (accepted.has(kid)) cluster.violate(`S2: ${uid} accepts ${cluster.name(kid)}, which is revoked`);
      }
    }
    this.#forget();
    return cluster.violation === undefined;
  }

  /** Credentials that nobody can accept any more. */
  #forget(): void {
    for (const [kid, expiresAt] of this.#expires) {
      if (expiresAt + REAL.clockSkewMs + REAL.clockErrorMs < this.cluster.time.now) this.#expires.delete(kid);
    }
  }

  /** After a time without faults: every emergency has ended and the schedule is kept. */
  settled(): void {
    const { cluster } = this;
    const { keys, settings } = cluster.truth;
    const active = keysIn(keys, 'active')[0];
    const overdueMs = cluster.time.now - (active?.activatedAt ?? 0) - (settings.rotationIntervalMs ?? 0);
    if (!active || overdueMs > 60_000) cluster.violate('L: no rotation, although nothing goes wrong any more');
    if (keysIn(keys, 'compromised').length > 0) cluster.violate('L: an emergency does not end');
    if (keysIn(keys, 'draining').some(({ drainUntil = 0 }) => cluster.time.now > drainUntil + 60_000)) {
      cluster.violate('L: a drained key is not retired');
    }
  }
}
