export type KeyState = 'pending' | 'active' | 'draining' | 'retired' | 'compromised' | 'revoked';

/** What the admin API says. Times are RFC 3339. */
export interface Key {
  readonly kid: string;
  readonly state: KeyState;
  readonly createdAt: string;
  readonly activatedAt?: string;
  readonly drainUntil?: string;
}

export interface Consumer {
  readonly name: string;
  readonly generation: number;
  readonly why?: string;
}

export interface Ring {
  readonly ring: string;
  readonly type: 'SigningKey' | 'SharedSecret';
  readonly algorithm: string;
  readonly generation: number;
  readonly keys: readonly Key[];
  readonly conditions?: readonly { readonly type: string; readonly status: string; readonly message: string }[];
  readonly consumers?: {
    readonly total: number;
    readonly current: number;
    /** Only some of them, when there are many. */
    readonly lagging: readonly Consumer[];
    /** All of them; not known in a cluster. */
    readonly processes?: readonly Consumer[];
  };
  readonly nextRotation?: string;
  readonly currentRun?: string;
}

export type Phase = 'Queued' | 'Running' | 'Waiting' | 'Complete' | 'Refused' | 'Aborted' | 'Superseded';

export interface Run {
  readonly id: string;
  readonly ring: string;
  readonly kind: 'rotate' | 'revoke' | 'retire' | 'recover' | 'abort';
  /** One that a newer operator knows, perhaps. */
  readonly phase: Phase | (string & {});
  readonly timeline: readonly { readonly at: string; readonly event: string; readonly message?: string }[];
  readonly acks?: { readonly current: number; readonly total: number };
  /** Who holds it now. */
  readonly waitingFor?: readonly Consumer[];
  readonly refused?: { readonly message: string };
}

const GONE: ReadonlySet<KeyState> = new Set(['retired', 'revoked']);

/** Keys that some process still knows, and the one that went last. */
export const keysToShow = (keys: readonly Key[]): Key[] => {
  const gone = keys.filter(({ state }) => GONE.has(state)).slice(-1);
  return [...gone, ...keys.filter(({ state }) => !GONE.has(state))];
};

export const isLive = ({ state }: Key): boolean => !GONE.has(state) && state !== 'compromised';

export interface Segment {
  readonly state: KeyState;
  /** Percent of the line. */
  readonly from: number;
  readonly to: number;
}

export interface TimeLine {
  readonly lines: ReadonlyMap<string, readonly Segment[]>;
  /** Where the present is, percent. */
  readonly now: number;
}

const PRESENT = 80;

/**
 * What each key was, and will be, over time: standby from when it was made, active from its activation until another key's,
 * then draining. The line goes from the oldest key to somewhat beyond `now` (epoch milliseconds), which is at 80 %.
 */
export const timeLine = (keys: readonly Key[], now: number): TimeLine => {
  const time = (text: string | undefined): number | undefined => (text === undefined ? undefined : Date.parse(text));
  const start = Math.min(now - 1_000, ...keys.map(({ createdAt }) => Date.parse(createdAt)));
  const place = (at: number): number => Math.max(0, Math.min(100, ((at - start) / (now - start)) * PRESENT));
  const activations = keys.flatMap(({ activatedAt }) => time(activatedAt) ?? []).sort((a, b) => a - b);
  const segmentsOf = (key: Key): Segment[] => {
    const made = Date.parse(key.createdAt);
    const active = time(key.activatedAt);
    const end = GONE.has(key.state) ? now : Number.POSITIVE_INFINITY;
    if (active === undefined) return [{ state: key.state, from: place(made), to: place(Math.min(end, now)) }];
    const replaced = activations.find((at) => at > active) ?? end;
    const until = Math.min(time(key.drainUntil) ?? end, end);
    return [
      { state: 'pending' as const, from: place(made), to: place(active) },
      { state: 'active' as const, from: place(active), to: place(replaced) },
      { state: key.state === 'active' ? 'draining' : key.state, from: place(replaced), to: place(until) },
    ].filter(({ from, to }) => to > from);
  };
  return { lines: new Map(keys.map((key) => [key.kid, segmentsOf(key)])), now: PRESENT };
};
