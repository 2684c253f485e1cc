import { cookies, headers } from 'next/headers';
import { getLocale } from 'next-intl/server';
import { redirect } from 'next/navigation';
import { cache } from 'react';
import { readEnvironment } from '@/environment';
import { signInPath } from '@/security/callback';
import { hasSessionCookie } from './cookie';
import type { Session } from './session';

const TIMEOUT_MS = 10_000;

/**
 * The session of the browser that asks, from the auth service; null without one. Changes nothing: a renewal would set a cookie,
 * which only the browser's own requests can take. Throws an Error when the auth service does not answer.
 */
export const readSession = cache(async (): Promise<Session | null> => {
  if (!hasSessionCookie(await cookies())) return null;
  const asked = await headers();
  const url = new URL('/api/auth/get-session?disableRefresh=true', readEnvironment().authUrl);
  const answer = await fetch(url, {
    headers: { cookie: asked.get('cookie') ?? '', 'x-forwarded-for': asked.get('x-forwarded-for') ?? '' },
    cache: 'no-store',
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  if (answer.status === 401) return null;
  if (!answer.ok) throw new Error(`the auth service answered ${answer.status}`);
  return (await answer.json()) as Session | null;
});

/** The session, or on to the sign-in page, which comes back to the page that was asked for. */
export const requireSession = async (): Promise<Session> => {
  const session = await readSession();
  if (session) return session;
  const locale = await getLocale();
  return redirect(signInPath(locale, (await headers()).get('x-page') ?? `/${locale}/tasks`));
};

export const isAdministrator = ({ user }: Session): boolean => (user.role ?? '').split(',').includes('admin');
