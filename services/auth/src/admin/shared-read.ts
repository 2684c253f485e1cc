/** A read that several who ask share. */
export interface SharedRead<T> {
  get(): Promise<T>;
  /** The next one who asks reads again: something was written. */
  forget(): void;
}

/** One `read` for all who ask within `forMs` of its beginning. A failure is told to those who wait for it, and not kept. */
export const sharedRead = <T>(read: () => Promise<T>, forMs: number): SharedRead<T> => {
  let last: { readonly until: number; readonly answer: Promise<T> } | undefined;
  const forget = (): void => {
    last = undefined;
  };
  return {
    get: () => {
      if (last && performance.now() < last.until) return last.answer;
      const mine = { until: performance.now() + forMs, answer: read() };
      last = mine;
      mine.answer.catch(() => {
        if (last === mine) forget();
      });
      return mine.answer;
    },
    forget,
  };
};
