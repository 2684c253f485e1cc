import type { Metadata, Viewport } from 'next';
import { hasLocale, NextIntlClientProvider } from 'next-intl';
import { getTranslations } from 'next-intl/server';
import { cookies, headers } from 'next/headers';
import { notFound } from 'next/navigation';
import type { ReactNode } from 'react';
import { routing } from '@/i18n/routing';
import { readSession } from '@/session/server';
import { Header } from '@/shell/header';
import { Providers } from '@/shell/providers';
import { asTheme, THEME_COOKIE } from '@/shell/theme';
import '../globals.css';

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations('site');
  return { title: { default: t('name'), template: `%s · ${t('name')}` }, description: t('claim') };
}

export const viewport: Viewport = { width: 'device-width', initialScale: 1, colorScheme: 'light dark' };

interface Props {
  readonly params: Promise<{ locale: string }>;
  readonly children: ReactNode;
}

export default async function LocaleLayout({ params, children }: Props) {
  const { locale } = await params;
  if (!hasLocale(routing.locales, locale)) notFound();
  const t = await getTranslations('shell');
  const theme = asTheme((await cookies()).get(THEME_COOKIE)?.value);
  const nonce = (await headers()).get('x-nonce') ?? undefined;
  // A page for everyone works without the auth service too; one that needs it says so itself.
  const session = await readSession().catch(() => null);
  return (
    <html lang={locale} data-theme={theme} suppressHydrationWarning>
      <head>
        <meta property="csp-nonce" nonce={nonce} />
      </head>
      <body className="flex flex-col">
        <NextIntlClientProvider>
          <Providers locale={locale} user={session?.user ?? null}>
            <a
              href="#content"
              className="sr-only z-30 rounded-lg bg-brand px-4 py-2 text-on-brand focus:not-sr-only focus:fixed focus:top-3 focus:left-3"
            >
              {t('skip')}
            </a>
            <Header theme={theme} />
            <main id="content" tabIndex={-1} className="flex grow flex-col outline-none">
              {children}
            </main>
          </Providers>
        </NextIntlClientProvider>
      </body>
    </html>
  );
}
