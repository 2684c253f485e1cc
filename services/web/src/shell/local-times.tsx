'use client';

import { NextIntlClientProvider, useLocale, useTimeZone } from 'next-intl';
import { type ReactNode, useSyncExternalStore } from 'react';

const never = () => () => undefined;
const ownZone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone;

/**
 * Times are those of the browser's zone. Its first render repeats the server's, which does not know the zone: nothing with a time
 * in it may be rendered there. What a page asks for itself comes later.
 */
export const LocalTimes = ({ children }: { readonly children: ReactNode }) => {
  const served = useTimeZone();
  const timeZone = useSyncExternalStore(never, ownZone, () => served);
  return (
    <NextIntlClientProvider locale={useLocale()} timeZone={timeZone}>
      {children}
    </NextIntlClientProvider>
  );
};
