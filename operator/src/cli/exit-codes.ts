/** What the exit code of `keyturn` means. Documented in the help text. */
export const EXIT = {
  done: 0,
  /** Refused by the operator, or a check that did not hold. */
  refused: 1,
  usage: 2,
  /** No platform or no operator answers. */
  unreachable: 3,
  /** It goes on, but not within --timeout. */
  timedOut: 4,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** An error for people: one sentence about what is wrong and what to do. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
  constructor(
    message: string,
    readonly exitCode: ExitCode,
    /** `passing`: the same may succeed in a moment, as when an API server is away. */
    private readonly about: { readonly passing?: boolean } = {},
  ) {
    super(message);
  }

  get passing(): boolean {
    return this.about.passing === true;
  }
}
