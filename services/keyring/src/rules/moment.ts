/** How long this kernel has been running; comparable between processes of one boot, as a monotonic clock is not. */
export interface KernelReading {
  readonly bootId: string;
  readonly uptimeMs: number;
}

/** One moment on every clock there is. Ages in a process use `monotonicMs`; ages over a restart use the others. */
export interface Moment {
  readonly monotonicMs: number;
  /** Epoch milliseconds; may jump. */
  readonly wallMs: number;
  /** Absent where the kernel names no boot. */
  readonly kernel?: KernelReading;
}

/** A moment as it is left in a file: the monotonic clock of a process ends with it. */
export type NotedMoment = Omit<Moment, 'monotonicMs'>;

/** The kernel's uptime is read in steps of 10 ms, so a difference may be that much too short. */
const UPTIME_STEP_MS = 10;

/** Age by the kernel's own clock; undefined after a reboot, when nothing is known. Never too young. */
export const ageInThisBoot = (noted: NotedMoment, now: Moment): number | undefined => {
  if (!noted.kernel || !now.kernel || noted.kernel.bootId !== now.kernel.bootId) return undefined;
  const age = now.kernel.uptimeMs - noted.kernel.uptimeMs;
  return age < 0 ? undefined : age + UPTIME_STEP_MS;
};

/**
 * Age of a noted moment, never too young; undefined when it cannot be known.
 * 1. The same boot of the kernel: its clock does not jump.
 * 2. Otherwise the wall clock, with its error added.
 * 3. A moment in the future means that the wall clock jumped: unknown.
 */
export const ageOf = (noted: NotedMoment, now: Moment, clockErrorMs: number): number | undefined => {
  const inThisBoot = ageInThisBoot(noted, now);
  if (inThisBoot !== undefined) return inThisBoot;
  const age = now.wallMs - noted.wallMs + clockErrorMs;
  return age < 0 ? undefined : age;
};
