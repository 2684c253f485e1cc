/** The only place where this process reads its environment. */
export interface Environment {
  /** pino level; default info. */
  readonly LOG_LEVEL?: string;
  /** https://no-color.org */
  readonly NO_COLOR?: string;
}

export const readEnvironment = (): Environment => ({
  ...(process.env.LOG_LEVEL !== undefined && { LOG_LEVEL: process.env.LOG_LEVEL }),
  ...(process.env.NO_COLOR !== undefined && { NO_COLOR: process.env.NO_COLOR }),
});
