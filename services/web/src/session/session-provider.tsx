'use client';

import { useLocale } from 'next-intl';
import { createContext, type ReactNode, useContext, useEffect, useMemo } from 'react';
import { Failure, SignedOut } from '@/api/failure';
import { ask, TokenClient } from '@/api/request';
import { signInPath } from '@/security/callback';
import type { User } from './session';
import { tabs } from './tabs';

export interface SessionHandle {
  /** null: nobody is signed in, as far as the page knew when it was made. */
  readonly user: User | null;
  /** Requests with an access token. */
  readonly api: TokenClient;
  /** Leaves for a page that the next session sees; other tabs hear of it. */
  readonly signedIn: (page: string) => void;
  /** The session is gone: sign in, then come back here. */
  readonly signedOut: () => void;
  /** Ends the session, here and in the other tabs, and goes home. */
  readonly signOut: () => Promise<void>;
}

const sessionTabs = tabs<'changed' | 'signed-out'>('keyturn-session');

const Context = createContext<SessionHandle | null>(null);

/** The session of the page. Throws an Error outside of the provider. */
export const useSession = (): SessionHandle => {
  const session = useContext(Context);
  if (!session) throw new Error('useSession: there is no SessionProvider above');
  return session;
};

/** A whole new page: nothing of the user before stays in memory. */
const leaveFor = (page: string): void => window.location.assign(page);

const here = (): string => `${window.location.pathname}${window.location.search}`;

/** After a renewal that failed for a reason that passes. */
const RETRY_MS = 5_000;

export const SessionProvider = ({ user, children }: { readonly user: User | null; readonly children: ReactNode }) => {
  const locale = useLocale();
  const handle = useMemo<SessionHandle>(() => {
    const api = new TokenClient();
    return {
      user,
      api,
      signedIn: (page) => {
        sessionTabs.tell('changed');
        leaveFor(page);
      },
      signedOut: () => leaveFor(signInPath(locale, here())),
      signOut: async () => {
        await ask('/api/auth/sign-out', { method: 'POST', body: {} });
        api.forget();
        sessionTabs.tell('signed-out');
        leaveFor(`/${locale}`);
      },
    };
  }, [user, locale]);
  useTokenKeptFresh(handle);
  useOtherTabs(handle, locale);
  return <Context value={handle}>{children}</Context>;
};

/** Renews the access token while the page is open, so that no click has to wait for it. */
const useTokenKeptFresh = ({ user, api, signedOut }: SessionHandle): void => {
  const userId = user?.id;
  useEffect(() => {
    if (userId === undefined) return;
    let timer: ReturnType<typeof setTimeout>;
    let ended = false;
    const keep = async (): Promise<void> => {
      const next = await api.renewIfDue().catch((error: unknown) => {
        if (error instanceof SignedOut) signedOut();
        return error instanceof Failure ? RETRY_MS : Number.NaN;
      });
      if (!ended && !Number.isNaN(next)) timer = setTimeout(() => void keep(), next);
    };
    void keep();
    return () => {
      ended = true;
      clearTimeout(timer);
    };
  }, [userId, api, signedOut]);
};

/** Who signs out in one tab is signed out in all; who signs in, or becomes somebody else, is so everywhere. */
const useOtherTabs = ({ user, api }: SessionHandle, locale: string): void => {
  const signedIn = user !== null;
  useEffect(
    () =>
      sessionTabs.listen((event) => {
        api.forget();
        if (event === 'signed-out') {
          if (signedIn) leaveFor(`/${locale}`);
        } else leaveFor(here());
      }),
    [signedIn, api, locale],
  );
};
