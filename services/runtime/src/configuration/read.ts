import type { z } from 'zod';
import { ConfigurationError, type ConfigurationProblem } from './error.js';

type Issue = z.core.$ZodIssue;

/** A rule over several variables: what is wrong with them, if anything. It sees only variables that are right by themselves. */
export type ConfigurationRule<T> = (
  values: Partial<T>,
) => ConfigurationProblem | readonly ConfigurationProblem[] | undefined;

/**
 * Reads variables by a schema whose keys are their names. An empty variable counts as absent.
 *
 * Throws one ConfigurationError that lists everything wrong: each variable once, and each rule over several of them.
 */
export const readConfiguration = <S extends z.ZodRawShape>(
  schema: z.ZodObject<S>,
  source: Readonly<Record<string, string | undefined>>,
  rules: readonly ConfigurationRule<z.output<z.ZodObject<S>>>[] = [],
): z.output<z.ZodObject<S>> => {
  const given = Object.fromEntries(
    Object.keys(schema.shape).flatMap((name) => (source[name] ? [[name, source[name]]] : [])),
  );
  const problems = new Map<string, ConfigurationProblem>();
  const sound: Record<string, unknown> = {};
  for (const [name, variable] of Object.entries(schema.shape)) {
    const read = (variable as z.ZodType).safeParse(given[name]);
    if (read.success) sound[name] = read.data;
    else problems.set(name, { name, rule: ruleOf(read.error.issues[0], given[name] === undefined) });
  }
  const values = sound as z.output<z.ZodObject<S>>;
  for (const problem of rules.flatMap((rule) => rule(values) ?? [])) {
    if (!problems.has(problem.name)) problems.set(problem.name, problem);
  }
  if (problems.size > 0) throw new ConfigurationError([...problems.values()]);
  return values;
};

const ruleOf = (issue: Issue | undefined, absent: boolean): string => {
  if (absent) return 'is required';
  return issue?.message ?? 'is not valid';
};
