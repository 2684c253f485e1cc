'use client';

import { useFormatter } from 'next-intl';

/** Says a moment (RFC 3339) to the second: by its time if it is of the same day as `now` (epoch milliseconds), else by its date, too. */
export const useMoment = (now: number): ((moment: string) => string) => {
  const format = useFormatter();
  const dayOf = (time: Date): string => format.dateTime(time, { dateStyle: 'short' });
  return (moment) => {
    const time = new Date(moment);
    const today = dayOf(time) === dayOf(new Date(now));
    return format.dateTime(time, today ? { timeStyle: 'medium' } : { dateStyle: 'medium', timeStyle: 'medium' });
  };
};
