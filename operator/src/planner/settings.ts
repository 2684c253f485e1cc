import type { RingSettings } from '@keyturn/keyring/document';

/** Whether two policies say the same. */
export const sameSettings = (a: RingSettings, b: RingSettings): boolean =>
  (Object.keys({ ...a, ...b }) as (keyof RingSettings)[]).every((name) => a[name] === b[name]);
