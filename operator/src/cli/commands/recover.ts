import type { RingStatus } from '../../records/index.js';
import type { Output } from '../output.js';
import { confirm } from './confirm.js';

/** The difference, as the operator has it: both generations, who shows the newer one, and the keys that are lost. */
export function difference({ ring, generation, conditions }: RingStatus): string[] {
  const behind = conditions.find(({ status, reason }) => status === 'True' && reason === 'GenerationWentBack');
  if (!behind)
    return [
      `${ring} is at generation ${generation}, and the operator has seen nothing newer of it: nothing to recover.`,
    ];
  return [
    ...behind.message.split(/(?<=\.) /),
    'It goes on above every generation that was seen, with a fresh key; others keep the state that was seen of them.',
  ];
}

/** Says what a recovery goes by and costs, and asks; off a terminal --yes is needed. */
export const confirmRecovery = (output: Output, ring: RingStatus, yes: boolean): Promise<void> =>
  confirm(
    output,
    {
      consequences: difference(ring),
      question: 'Recover?',
      hint: 'Add --yes to confirm the recovery.',
      declined: 'Nothing was recovered.',
    },
    yes,
  );
