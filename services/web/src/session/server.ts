import { cookies, headers } from 'next/headers';
import { getLocale } from 'next-intl/server';
import { redirect } from 'next/navigation';
import { cache } from 'react';
import { readEnvironment } from '@/environment';
import { signInPath } from '@/security/callback';
import { hasSessionCookie } from './cookie';
import type { Provider } from './provider';
import type { Session } from './session';

const TIMEOUT_MS = 10_000;

/**
 * Asks the auth service on behalf of the browser. Changes nothing: a renewal would set a cookie, which only the browser's own
 * requests can take. Rejects when it does not answer.
 */
export const askAuthService = async (path: string): Promise<Response> => {
  const asked = await headers();
  return fetch(new URL(path, readEnvironment().authUrl), {
    headers: { cookie: asked.get('cookie') ?? '', 'x-forwarded-for': asked.get('x-forwarded-for') ?? '' },
    cache: 'no-store',
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
};

/** The session of the browser that asks; null without one. Throws an Error when the auth service does not answer. */
export const readSession = cache(async (): Promise<Session | null> => {
  if (!hasSessionCookie(await cookies())) return null;
  const answer = await askAuthService('/api/auth/get-session?disableRefresh=true');
  if (answer.status === 401) return null;
  if (!answer.ok) throw new Error(`the auth service answered ${answer.status}`);
  return (await answer.json()) as Session | null;
});

/** Accounts elsewhere that can be signed in with now; none when the auth service does not say so. */
export const readProviders = async (): Promise<readonly Provider[]> => {
  const answer = await askAuthService('/api/auth/social-providers').catch(() => undefined);
  return answer?.ok ? ((await answer.json()) as { readonly providers: readonly Provider[] }).providers : [];
};

/** The session, or on to the sign-in page, which comes back to the page that was asked for. */
export const requireSession = async (): Promise<Session> => {
  const session = await readSession();
  if (session) return session;
  const locale = await getLocale();
  return redirect(signInPath(locale, (await headers()).get('x-page') ?? `/${locale}/tasks`));
};

export const isAdministrator = ({ user }: Session): boolean => (user.role ?? '').split(',').includes('admin');
