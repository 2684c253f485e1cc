import { readShutdown } from '@/environment';

/** Next calls it once in a process that serves, when it listens and before it answers. */
export const register = async (): Promise<void> => {
  // No variable: Next replaces it when it builds, and leaves Node's modules out of the bundle for a runtime without them.
  if (process.env.NEXT_RUNTIME !== 'nodejs') return;
  const { drainAtSignals, refuseToStart } = await import('@/shutdown/signals');
  try {
    drainAtSignals(readShutdown());
  } catch (error) {
    // Next would go on, and answer every request with an error.
    refuseToStart(error);
  }
};
