/**
 * Shares reads the only way that keeps them confirming (P1): a call made while a read is under way waits for the next
 * one, together with all others who came meanwhile. Every caller's read thus began after its call; one runs at a time.
 */
export const shareNextRead = <T>(read: () => Promise<T>): (() => Promise<T>) => {
  let running = false;
  let waiting: { promise: Promise<T>; begin: () => void } | undefined;

  const start = async (): Promise<T> => {
    running = true;
    try {
      return await read();
    } finally {
      running = false;
      const next = waiting;
      waiting = undefined;
      next?.begin();
    }
  };

  return () => {
    if (!running) return start();
    if (!waiting) {
      let begin = (): void => undefined;
      const promise = new Promise<T>((resolve) => {
        begin = () => resolve(start());
      });
      waiting = { promise, begin };
    }
    return waiting.promise;
  };
};
