/**
 * What a command prints, without what differs from one run to the next: ages, times, key ids, names that the cluster makes
 * up, and the widths of columns that follow from these. Pure.
 */
export const normalised = (text: string): string =>
  text
    .replaceAll(/\b\d{4}-\d\d-\d\dT[\d:.]+Z\b/g, 'TIME')
    .replaceAll(/\b(\d+d)?(\d+h)?(\d+m)?\d+s\b|\b\d+[dhm](\d+[hms])?\b/g, 'AGE')
    .replaceAll(/\bAGE AGE\b/g, 'AGE')
    .replaceAll(/-[a-f0-9]{8,10}-[a-z0-9]{5}\b/g, '-POD')
    .replaceAll(/(?<![\w-])[\w-]{11}…/g, 'KID…')
    .replaceAll(/(?<![\w-])(?:[\w-]{22}|[\w-]{43})(?![\w-])/g, 'KID')
    .replaceAll(/ {2,}/g, '  ')
    .replaceAll(/ +$/gm, '')
    .trim()
    .concat('\n');

/** What was normalised, without what another pace changes: a key that drains may be retired at any moment, which is a generation. */
export const withoutPace = (text: string): string =>
  text
    .replaceAll(/\bgeneration \d+\b/g, 'generation N')
    .replaceAll(/^(.* (?:True|False)  KID  )\d+\b/gm, '$1N')
    .replaceAll(/^  KID…  draining  .*\n/gm, '');
