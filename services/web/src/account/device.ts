const BROWSERS: readonly (readonly [RegExp, string])[] = [
  [/Edg\//, 'Edge'],
  [/OPR\//, 'Opera'],
  [/Firefox\//, 'Firefox'],
  [/(?:Headless)?Chrome\//, 'Chrome'],
  [/Safari\//, 'Safari'],
  [/curl\//, 'curl'],
];

const SYSTEMS: readonly (readonly [RegExp, string])[] = [
  [/Android/, 'Android'],
  [/iPhone|iPad/, 'iOS'],
  [/Windows/, 'Windows'],
  [/Mac OS X/, 'macOS'],
  [/Linux/, 'Linux'],
];

const firstOf = (list: typeof BROWSERS, text: string): string | undefined =>
  list.find(([pattern]) => pattern.test(text))?.[1];

/** Zeros only: an address of this machine itself, whose host part is not kept. */
const NOWHERE = '::';

/** An address as short as it can be written; undefined where it says nothing. */
export const addressOf = (address: string): string | undefined => {
  const url = `http://[${address}]`;
  const short = address.includes(':') && URL.canParse(url) ? new URL(url).hostname.slice(1, -1) : address;
  return short === '' || short === NOWHERE ? undefined : short;
};

/** What a person would call a device, from the browser's own name of itself; undefined where nothing is known. */
export const deviceOf = (userAgent: string): string | undefined => {
  const known = [firstOf(BROWSERS, userAgent), firstOf(SYSTEMS, userAgent)].filter(Boolean);
  return known.length > 0 ? known.join(', ') : undefined;
};
