import type { Laggard, LaggardReason } from './plan.js';

/** Pods that are left out are reported as such for this long at least: status reports lag by less (rule of rotation). */
export const REPORT_LAG_MS = 60_000;

/** With nothing listed there is no limit; sound only with the order of gathering and rule P1. */
export const NO_LIMIT = Number.POSITIVE_INFINITY;

export type ConsumerRole = 'issuer' | 'verifier' | 'holder';

/** One listed consumer and what was learnt about it in this round. Plain data, gathered by the engine. */
export interface GatheredConsumer {
  readonly name: string;
  readonly podUid: string;
  readonly role: ConsumerRole;
  /** What it is one process of, as reports name it. */
  readonly workload?: string;
  /** What its process answered; absent when it did not answer. */
  readonly receipt?: GatheredReceipt;
  /** The highest min(loaded, durable) of any receipt ever seen of this pod UID; 0 = none. Evidence cannot fall. */
  readonly lastDurable: number;
  /** What its platform reports about it, and since when without interruption (epoch ms, the operator's clock). */
  readonly reported: { readonly state: 'running' | 'notRunning' | 'neverStarted'; readonly since: number };
  /** Deleted or evicted by the operator (rule P6). */
  readonly fenced?: boolean;
  /** Its answer to the canary of this round; absent when none was sent or none came back. */
  readonly canary?: { readonly accepted: boolean; readonly reason?: string };
}

export interface GatheredReceipt {
  readonly ringId: string;
  readonly podUid: string;
  readonly bootId: string;
  readonly loaded: number;
  readonly durable: number;
  readonly digest?: string;
  readonly rowsLeft?: Readonly<Record<string, number>>;
}

/** One round of gathering, in the order of the rules: ring read, projection confirmed, pods listed, receipts asked. */
export interface Gathered {
  readonly ringId: string;
  /** Generation of the ring that was read first. */
  readonly generation: number;
  /** The longest X that a pod of the ring may go by. */
  readonly restartGraceMs: number;
  /** When the projection of this generation was seen to be stored (epoch ms). */
  readonly projectedAt: number;
  /** When the list of pods was asked for (epoch ms). */
  readonly listedAt: number;
  /** Key of the canaries of this round. */
  readonly canaryFor: string | null;
  /** Digest that a process has which loaded exactly this generation; absent = not compared. */
  readonly digest?: string;
  /** See Evidence. */
  readonly issuerMissing?: boolean;
  readonly consumers: readonly GatheredConsumer[];
}

export interface ConsumerEvidence {
  readonly name: string;
  readonly podUid: string;
  readonly role: ConsumerRole;
  readonly workload?: string;
  /** Generation that this pod is proved to have and to keep: min(loaded, durable), or the last one heard. */
  readonly proved: number;
  /** Absent when the process did not answer. */
  readonly bootId?: string;
  readonly loaded?: number;
  readonly durable?: number;
  readonly rowsLeft?: Readonly<Record<string, number>>;
  readonly canary?: { readonly accepted: boolean; readonly reason?: string };
  /** Why `proved` says little. */
  readonly trouble?: Extract<LaggardReason, 'NotAnswering' | 'OtherRing' | 'AheadOfTruth'>;
}

export type LeftOutReason = 'Fenced' | 'NeverStarted' | 'NotRunning';

/** What is proved about all consumers, for one generation of the ring and for one decision. */
export interface Evidence {
  readonly generation: number;
  /** Lowest evidence over all consumers. */
  readonly minV: number;
  readonly canaryFor: string | null;
  /** Somebody should sign with the ring, and none of those who were found does. */
  readonly issuerMissing?: boolean;
  readonly consumers: readonly ConsumerEvidence[];
  readonly leftOut: readonly { readonly name: string; readonly why: LeftOutReason }[];
}

/** Judges one round of gathering. Pure: the same facts give the same evidence. */
export function judgeEvidence(round: Gathered): Evidence {
  const leftOut = round.consumers.flatMap((consumer) => {
    const why = whyLeftOut(consumer, round);
    return why ? [{ name: consumer.name, podUid: consumer.podUid, why }] : [];
  });
  const out = new Set(leftOut.map(({ podUid }) => podUid));
  const consumers = round.consumers.filter(({ podUid }) => !out.has(podUid)).map((consumer) => judge(consumer, round));
  return {
    generation: round.generation,
    minV: lowest(consumers),
    canaryFor: round.canaryFor,
    ...(round.issuerMissing && { issuerMissing: true }),
    consumers,
    leftOut: leftOut.map(({ name, why }) => ({ name, why })),
  };
}

const lowest = (consumers: readonly ConsumerEvidence[]): number =>
  consumers.reduce((least, { proved }) => Math.min(least, proved), NO_LIMIT);

/**
 * The only consumers that do not count. A process that answers always counts. The times are waited out between the
 * projection and the list, never between the list and the decision.
 *
 * 1. It was fenced.
 * 2. No container of it has ever started, reported so for the lag of reports since the projection: its first load will
 *    be confirmed.
 * 3. It has been reported not running for X and the lag of reports since the projection: its next start will be confirmed.
 */
function whyLeftOut(consumer: GatheredConsumer, round: Gathered): LeftOutReason | undefined {
  if (answered(consumer)) return undefined;
  if (consumer.fenced) return 'Fenced';
  const { state, since } = consumer.reported;
  if (state === 'running') return undefined;
  const waitedMs = round.listedAt - Math.max(since, round.projectedAt);
  const hasRun = state === 'notRunning' || consumer.lastDurable > 0;
  if (!hasRun) return waitedMs >= REPORT_LAG_MS ? 'NeverStarted' : undefined;
  return waitedMs >= round.restartGraceMs + REPORT_LAG_MS ? 'NotRunning' : undefined;
}

/** Another pod may answer at an address that was used again: it proves nothing about this one. */
const answered = ({ receipt, podUid }: GatheredConsumer): boolean => receipt?.podUid === podUid;

function judge(consumer: GatheredConsumer, round: Gathered): ConsumerEvidence {
  const { name, podUid, role, workload, receipt, canary } = consumer;
  const who = { name, podUid, role, ...(workload !== undefined && { workload }) };
  if (!receipt || !answered(consumer)) return { ...who, proved: consumer.lastDurable, trouble: 'NotAnswering' };
  const { bootId, loaded, durable, rowsLeft } = receipt;
  const said = {
    ...who,
    bootId,
    loaded,
    durable,
    ...(rowsLeft && { rowsLeft }),
    ...(canary && { canary }),
  };
  if (isOtherRing(receipt, round)) return distrusted(said, 'OtherRing');
  return { ...said, proved: Math.min(loaded, durable) };
}

/** No restored copy is so much older: a receipt that says more has nothing to do with this ring. */
const MOST_GENERATIONS_LOST = 1_000_000;

const isOtherRing = (receipt: GatheredReceipt, round: Gathered): boolean => {
  if (Math.max(receipt.loaded, receipt.durable) > round.generation + MOST_GENERATIONS_LOST) return true;
  if (receipt.loaded === 0) return false;
  if (receipt.ringId !== round.ringId) return true;
  const comparable = round.digest !== undefined && receipt.digest !== undefined && receipt.loaded === round.generation;
  return comparable && receipt.digest !== round.digest;
};

const distrusted = (
  { canary: _canary, ...said }: Omit<ConsumerEvidence, 'proved'>,
  trouble: 'OtherRing' | 'AheadOfTruth',
): ConsumerEvidence => ({ ...said, proved: 0, trouble });

/** Consumers that have a newer generation than the truth which was read: somebody else has just written, or it went back. */
export const aheadOfTruth = ({ consumers, generation }: Evidence): ConsumerEvidence[] =>
  consumers.filter(
    ({ trouble, loaded = 0, durable = 0 }) => trouble === undefined && Math.max(loaded, durable) > generation,
  );

/**
 * Evidence about a truth that went back: what processes have that are ahead of it proves nothing, since they refuse what
 * is written now as older than their own.
 */
export function withoutProofOf(ahead: readonly ConsumerEvidence[], evidence: Evidence): Evidence {
  const consumers = evidence.consumers.map((one) => (ahead.includes(one) ? distrusted(one, 'AheadOfTruth') : one));
  return { ...evidence, consumers, minV: lowest(consumers) };
}

/** Consumers whose evidence is below a generation, worst first. */
export const behind = (evidence: Evidence, atLeast: number): Laggard[] =>
  evidence.consumers
    .filter(({ proved }) => proved < atLeast)
    .sort((a, b) => a.proved - b.proved || (a.name < b.name ? -1 : 1))
    .map(({ name, proved, trouble }) => ({ name, generation: proved, why: trouble ?? 'Behind' }));
