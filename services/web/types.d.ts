import type messages from './messages/en.json';
import type { routing } from './src/i18n/routing';

declare module '*.css';

declare module 'next-intl' {
  interface AppConfig {
    Locale: (typeof routing.locales)[number];
    Messages: typeof messages;
  }
}
