import { podTroubles, type PodState } from '@keyturn/cluster';

/** kubectl in a namespace, with its arguments: what it prints. */
export type Kubectl = (args: readonly string[]) => Promise<string>;

const MOST_PODS = 5;
const LINES = 8;

const wordsOf = async (kubectl: Kubectl, pod: string): Promise<string> => {
  const said = await kubectl(['logs', pod, '--all-containers', '--prefix', `--tail=${LINES}`]).catch(String);
  return said.trim().replaceAll(/^/gm, '      ');
};

/** Every pod that is not ready, with its reasons and the end of its logs; nothing when all are ready. */
const troubles = async (kubectl: Kubectl): Promise<string> => {
  const { items } = JSON.parse(await kubectl(['get', 'pods', '-o', 'json'])) as { readonly items: PodState[] };
  const found = podTroubles(items);
  const shown = found
    .slice(0, MOST_PODS)
    .map(async ({ pod, why }) => `  pod ${pod}: ${why}\n${await wordsOf(kubectl, pod)}`);
  const more = found.length > MOST_PODS ? [`  and ${found.length - MOST_PODS} more that are not ready`] : [];
  return [...(await Promise.all(shown)), ...more].join('\n');
};

/** Work that waits for pods: its error says as well which of them are not ready, why, and what they last printed. */
export const explained = async <T>(kubectl: Kubectl, work: Promise<T>): Promise<T> => {
  try {
    return await work;
  } catch (error) {
    const why = await troubles(kubectl).catch((other: unknown) => `  pods cannot be listed: ${String(other)}`);
    throw new Error(`${error instanceof Error ? error.message : String(error)}\n${why || '  every pod is ready'}`, {
      cause: error,
    });
  }
};
