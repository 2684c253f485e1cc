export const LOCALES = ['en', 'de'] as const;
export type Locale = (typeof LOCALES)[number];

const DEFAULT: Locale = 'en';

const known = (tag: string): Locale | undefined => {
  const language = tag.trim().toLowerCase().split('-')[0];
  return LOCALES.find((locale) => locale === language);
};

/** The locale of a user: what they chose, else the best that their browser accepts (RFC 9110, 12.5.4), else English. */
export const localeOf = (chosen: string | null | undefined, acceptLanguage: string | null | undefined): Locale =>
  known(chosen ?? '') ?? accepted(acceptLanguage ?? '') ?? DEFAULT;

const accepted = (header: string): Locale | undefined => {
  const ranges = header
    .slice(0, 1_000)
    .split(',')
    .map((range) => {
      const [tag = '', ...parameters] = range.split(';');
      const weight = parameters.map((parameter) => /^\s*q=([\d.]+)\s*$/i.exec(parameter)?.[1]).find(Boolean);
      return { locale: known(tag), weight: weight === undefined ? 1 : Number(weight) };
    });
  const usable = ranges.filter(({ locale, weight }) => locale !== undefined && weight > 0);
  return usable.toSorted((a, b) => b.weight - a.weight)[0]?.locale;
};
