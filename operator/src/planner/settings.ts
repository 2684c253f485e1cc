import type { RingSettings } from '@keyturn/keyring/document';

/** Whether two policies say the same; what a ring remembers of earlier ones does not count. */
export const sameSettings = (a: RingSettings, b: RingSettings): boolean =>
  (Object.keys({ ...a, ...b }) as (keyof RingSettings)[])
    .filter((name) => name !== 'longestRestartGraceMs')
    .every((name) => a[name] === b[name]);

/** X for decisions about pods that are down: each goes by the X that it last loaded, however long ago. */
export const longestGraceMs = ({ restartGraceMs, longestRestartGraceMs = 0 }: RingSettings): number =>
  Math.max(restartGraceMs, longestRestartGraceMs);

/** Settings of an edited policy as the ring keeps them. */
export function adopted(before: RingSettings, after: RingSettings): RingSettings {
  const longest = Math.max(longestGraceMs(before), after.restartGraceMs);
  const { longestRestartGraceMs: _derived, ...settings } = after;
  return longest > after.restartGraceMs ? { ...settings, longestRestartGraceMs: longest } : settings;
}
