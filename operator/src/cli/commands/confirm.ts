import { createInterface } from 'node:readline/promises';
import { CommandError, EXIT } from '../exit-codes.js';
import type { Output } from '../output.js';

export interface Confirmation {
  /** What will happen, in sentences for the person who is about to order it. */
  readonly consequences: readonly string[];
  /** `Revoke?` */
  readonly question: string;
  /** Off a terminal, where nobody can be asked: how to say yes. */
  readonly hint: string;
  readonly declined: string;
}

/** Says what will happen and asks, unless the answer was given; throws CommandError without a yes. */
export async function confirm(output: Output, about: Confirmation, yes: boolean): Promise<void> {
  if (!output.json) for (const line of about.consequences) output.line(line);
  if (yes) return;
  if (!output.live || !process.stdin.isTTY) throw new CommandError(about.hint, EXIT.usage);
  const prompt = createInterface({ input: process.stdin, output: process.stdout });
  const answer = await prompt.question(`${about.question} [y/N] `);
  prompt.close();
  if (!/^y(es)?$/i.test(answer.trim())) throw new CommandError(about.declined, EXIT.refused);
}
