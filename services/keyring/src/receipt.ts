/** Receipts and canaries: what one process answers about one ring on its management port. No secret is in either. */
export type RingRole = 'issuer' | 'verifier' | 'holder';

/**
 * One process's answer. Its evidence is `min(loaded, durable)`.
 * `loaded` = generation in memory, after the swap and after its caches were flushed (rule P2).
 * `durable` = generation below which no process of this pod will start again: it stands in the pod's own file.
 */
export interface Receipt {
  readonly ring: string;
  readonly ringId: string;
  readonly role: RingRole;
  readonly loaded: number;
  readonly durable: number;
  /** Kids accepted by this process, sorted. */
  readonly kids: readonly string[];
  /** SHA-256, base64url, over the canonical public form of what is loaded. */
  readonly digest: string;
  readonly podUid: string;
  /** Random per process start. */
  readonly bootId: string;
  /** Only from issuers whose ring encrypts data: rows still encrypted under each kid. */
  readonly rowsLeft?: Readonly<Record<string, number>>;
}

export interface CanaryResult {
  readonly accepted: boolean;
  readonly kid?: string;
  readonly reason?: string;
}

export const CANARY_TYP = 'keyturn-canary+jwt';
export const CANARY_AUDIENCE = 'keyturn:canary';
