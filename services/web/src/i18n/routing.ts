import { defineRouting } from 'next-intl/routing';

export const routing = defineRouting({
  locales: ['en', 'de'],
  defaultLocale: 'en',
  localePrefix: 'always',
  // They would repeat the host that a request names.
  alternateLinks: false,
  localeCookie: { name: 'keyturn-locale', sameSite: 'lax', maxAge: 31_536_000 },
});

export type Locale = (typeof routing.locales)[number];
