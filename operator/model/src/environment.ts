/** What this program takes from its environment; everything else is in its arguments. */
export interface Environment {
  /** A skipped check counts as failed. */
  readonly ci: boolean;
  /** Path of a tla2tools.jar. */
  readonly tlaToolsJar: string | undefined;
}

export const readEnvironment = (env: NodeJS.ProcessEnv = process.env): Environment => ({
  ci: env.CI === 'true',
  tlaToolsJar: env.TLA_TOOLS_JAR || undefined,
});
