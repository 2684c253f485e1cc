/**
 * Answers whose content is the same whether an address has an account or not are given at whole multiples of this time after
 * the request, so that what was done meanwhile (a row more, a mail) does not show in when they come.
 */
const STEP_MS = 250;

const ALWAYS = /\/(?:request-password-reset|send-verification-email|change-email)$/;

/** Whether the time of an answer would tell about an account. A sign-up tells anyway unless addresses have to be verified. */
export const tellsByTime = (
  { method, url }: Pick<Request, 'method' | 'url'>,
  { status }: Pick<Response, 'status'>,
  requireVerifiedEmail: boolean,
): boolean => {
  if (method !== 'POST') return false;
  const { pathname } = new URL(url);
  if (pathname.endsWith('/sign-in/email')) return status === 401;
  if (pathname.endsWith('/sign-up/email')) return requireVerifiedEmail;
  return ALWAYS.test(pathname);
};

/** How long to wait with an answer that took so long, milliseconds. */
export const evenDelayMs = (elapsedMs: number): number => Math.ceil(elapsedMs / STEP_MS) * STEP_MS - elapsedMs;
