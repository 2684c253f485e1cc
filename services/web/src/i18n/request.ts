import { hasLocale } from 'next-intl';
import { getRequestConfig } from 'next-intl/server';
import { routing } from './routing';

export default getRequestConfig(async ({ requestLocale }) => {
  const asked = await requestLocale;
  const locale = hasLocale(routing.locales, asked) ? asked : routing.defaultLocale;
  // The zone is the browser's, which takes over there (`shell/local-times.tsx`); that of the server is nobody's.
  return { locale, timeZone: 'UTC', messages: (await import(`../../messages/${locale}.json`)).default };
});
