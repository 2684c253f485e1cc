/** Next may bundle this file once for each of its entries, so what all of them know is kept in the process. */
const DRAINING = Symbol.for('keyturn.web.draining');

/** Whether the process has been told to end. It still answers, but nobody should send it more. */
export const isDraining = (): boolean => DRAINING in globalThis;

export const setDraining = (): void => {
  Object.assign(globalThis, { [DRAINING]: true });
};
