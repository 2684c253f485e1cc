/** One thing that is wrong with the configuration: the variable and the rule it breaks, never its value. */
export interface ConfigurationProblem {
  readonly name: string;
  readonly rule: string;
}

/** The configuration cannot be used. Lists everything that is wrong at once, so that one round of mending is enough. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';
  constructor(readonly problems: readonly ConfigurationProblem[]) {
    const lines = problems.map(({ name, rule }) => `  ${name}: ${rule}`);
    super(`The configuration cannot be used, ${lines.length} to mend:\n${lines.join('\n')}`);
  }
}
