'use client';

import { type ReactNode, useEffect } from 'react';
import { I18nProvider, RouterProvider } from 'react-aria-components';
import { useRouter } from 'next/navigation';
import { SessionProvider } from '@/session/session-provider';
import type { User } from '@/session/session';
import { LocalTimes } from './local-times';

interface Props {
  readonly locale: string;
  readonly user: User | null;
  readonly children: ReactNode;
}

/** What every part of a page may use: the language of the components, their links, the zone of times, the session. */
export const Providers = ({ locale, user, children }: Props) => {
  const router = useRouter();
  // From here on the page answers to clicks; before, a form would be sent by the browser itself.
  useEffect(() => document.documentElement.setAttribute('data-ready', ''), []);
  return (
    <I18nProvider locale={locale}>
      <RouterProvider navigate={(path) => router.push(path)}>
        <LocalTimes>
          <SessionProvider user={user}>{children}</SessionProvider>
        </LocalTimes>
      </RouterProvider>
    </I18nProvider>
  );
};
