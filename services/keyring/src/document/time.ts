/** Times on the wire are RFC 3339 text with milliseconds; in memory they are epoch milliseconds, 1970 to 9999. */
const FORM = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})(?:\.\d{1,9})?(?:Z|[+-](\d{2}):(\d{2}))$/;
/** The end of the year 9999. */
export const LATEST_TIME = 253_402_300_799_999;

export const TIME_RULE = 'must be an RFC 3339 time';

const daysIn = (year: number, month: number): number => new Date(Date.UTC(year, month, 0)).getUTCDate();

/** Epoch milliseconds (finer digits are cut off); undefined when the text is no RFC 3339 time in the range. */
export const parseTime = (text: string): number | undefined => {
  const parts = FORM.exec(text);
  if (!parts) return undefined;
  const [year, month, day, hour, minute, second, offsetHour, offsetMinute] = parts
    .slice(1)
    .map((part) => Number(part ?? 0));
  const inRange =
    month! >= 1 && month! <= 12 && day! >= 1 && day! <= daysIn(year!, month!) && hour! <= 23 && minute! <= 59;
  if (!inRange || second! > 59 || offsetHour! > 23 || offsetMinute! > 59) return undefined;
  const ms = Date.parse(text.replace(/(\.\d{3})\d+/, '$1'));
  return ms >= 0 && ms <= LATEST_TIME ? ms : undefined;
};

/** `ms` is a whole number between 1970 and 9999. */
export const formatTime = (ms: number): string => {
  if (!Number.isSafeInteger(ms) || ms < 0 || ms > LATEST_TIME)
    throw new TypeError('a time is whole epoch milliseconds, 1970 to 9999');
  return new Date(ms).toISOString();
};
