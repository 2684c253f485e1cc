import type { Clock } from '../clock.js';
import { RING_NAME } from '../document/codec.js';
import type { RingLogger } from '../logger.js';
import type { RingRole } from '../receipt.js';
import type { KernelReading } from '../rules/moment.js';
import type { TruthReader } from '../truth.js';

export interface RingNodeOptions {
  /** Name of the ring: a DNS label. */
  readonly ring: string;
  /**
   * What the process does with it. A verifier keeps the public form only. A holder of a shared secret can sign with what
   * it verifies, so a verifier of HS256 tokens is a holder.
   */
  readonly role: RingRole;
  /** Folder of the pod's own files, as long-lived as the pod (`/var/lib/keyturn`, an emptyDir). */
  readonly stateDir: string;
  /** Identity of the pod: its own file is evidence for this pod only. */
  readonly podUid: string;
  /** Mounted rings: `<ringsDir>/<ring>/ring.json`, with hot reload. Optional. */
  readonly ringsDir?: string;
  /** Base URLs of document servers, in order of preference. Not used by issuers: they read the truth themselves. */
  readonly urls?: readonly string[];
  /** PEM file of the authorities for `https` URLs; the system's when absent. */
  readonly caFile?: string;
  /** Reads the truth. Needed by issuers; holders and verifiers may have it instead of URLs. */
  readonly truth?: TruthReader;
  /** Time between two looks at the ring, milliseconds, default 1,000. */
  readonly pollMs?: number;
  /** Bound on one request to a document server and on one read of the truth, milliseconds, default 2,000. */
  readonly timeoutMs?: number;
  readonly clock?: Clock;
  readonly logger?: RingLogger;
  /** Identity of this process start; by default one random id for the process (rule P3). */
  readonly bootId?: string;
  /** The kernel's boot and uptime; by default from /proc. Undefined = the lease is lost with each restart. */
  readonly kernel?: () => KernelReading | undefined;
}

/** Throws TypeError naming the option and the rule. */
export const checkOptions = (options: RingNodeOptions): void => {
  const fail = (rule: string): never => {
    throw new TypeError(`createRingNode: ${rule}`);
  };
  if (!RING_NAME.test(options.ring)) fail('ring must be a DNS label: a-z, 0-9 and -, at most 63 characters');
  if (!['issuer', 'verifier', 'holder'].includes(options.role)) fail('role must be issuer, verifier or holder');
  if (!options.stateDir) fail('stateDir must name a folder');
  if (!/^\S{1,256}$/.test(options.podUid)) fail('podUid must be a text of 1 to 256 characters without spaces');
  const urls = options.urls?.length ?? 0;
  if (options.role === 'issuer' && !options.truth)
    fail('truth must be given to an issuer: it makes confirming reads itself');
  if (!options.truth && urls === 0) fail('truth or urls must be given: a fresh pod needs a confirming read');
  if (options.role === 'holder' && !options.truth && !options.ringsDir) {
    fail('truth or ringsDir must be given to a holder: documents over HTTP carry no secret');
  }
  for (const name of ['pollMs', 'timeoutMs'] as const) {
    const value = options[name];
    if (value !== undefined && !(Number.isFinite(value) && value > 0)) fail(`${name} must be a number above 0`);
  }
};
