import { parseArgs } from 'node:util';
import { ConfigurationError, type ConfigurationProblem } from '@keyturn/runtime';
import { z } from 'zod';

export interface SeedArguments {
  readonly email: string;
  readonly password: string;
  readonly role: string;
  readonly name: string;
}

const OPTIONS = {
  email: { type: 'string' },
  role: { type: 'string' },
  name: { type: 'string' },
} as const;

/**
 * `password` is what came by standard input: everybody on a machine sees the arguments of its processes. One line end after it
 * does not belong to it. Throws ConfigurationError, which lists everything wrong; values are not repeated.
 */
export const readSeedArguments = (argv: readonly string[], input: string): SeedArguments => {
  const { values, problems } = parse(argv);
  const password = input.replace(/\r?\n$/, '');
  const { email = '', role = 'user', name = 'Demo' } = values;
  if (!z.email().safeParse(email).success) problems.push({ name: '--email', rule: 'must be an e-mail address' });
  if (password.length < 8 || password.length > 128)
    problems.push({ name: 'standard input', rule: 'must be the password, of 8 to 128 characters' });
  if (!/^[a-z][a-z0-9_-]{0,62}$/i.test(role)) problems.push({ name: '--role', rule: 'must be the name of a role' });
  if (name.trim() === '' || name.length > 200) problems.push({ name: '--name', rule: 'must have 1 to 200 characters' });
  if (problems.length > 0) throw new ConfigurationError(problems);
  return { email: email.toLowerCase(), password, role, name };
};

const parse = (argv: readonly string[]) => {
  const problems: ConfigurationProblem[] = [];
  const { values, tokens } = parseArgs({ args: [...argv], options: OPTIONS, strict: false, tokens: true });
  for (const token of tokens) {
    if (token.kind === 'positional')
      problems.push({ name: 'arguments', rule: 'must all be options: --email, --role, --name' });
    if (token.kind === 'option' && !Object.hasOwn(OPTIONS, token.name)) {
      problems.push({ name: token.rawName, rule: 'is not known; the options are --email, --role, --name' });
    }
  }
  const texts = Object.entries(values).filter((entry): entry is [string, string] => typeof entry[1] === 'string');
  return { values: Object.fromEntries(texts) as Partial<Omit<SeedArguments, 'password'>>, problems };
};
