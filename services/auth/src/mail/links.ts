import type { Locale } from './locale.js';
import type { Link } from './mail.js';

/** Where the links of mails lead. */
export interface LinkTargets {
  /** Origin of the API. */
  readonly api: string;
  /** Address of the front end; absent = links lead to the API itself. */
  readonly frontend: string | undefined;
}

const pageOf = (frontend: string, path: string, token?: string): string => {
  const url = new URL(`${frontend.replace(/\/+$/, '')}/${path}`);
  if (token !== undefined) url.searchParams.set('token', token);
  return url.href;
};

/**
 * The call that verifies. It ends at the page that the sign-up asked for, else at `/<locale>/verify?done=yes` of the front end,
 * with `error=` when the link is not good.
 */
export const verificationLink = ({ frontend }: LinkTargets, { url }: Link, locale: Locale): string => {
  const link = new URL(url);
  if (frontend === undefined || link.searchParams.get('callbackURL') !== '/') return url;
  link.searchParams.set('callbackURL', pageOf(frontend, `${locale}/verify?done=yes`));
  return link.href;
};

/** The page `/<locale>/reset?token=…`, which calls `POST /api/auth/reset-password`; else the API's own redirect. */
export const resetLink = ({ frontend }: LinkTargets, { url, token }: Link, locale: Locale): string =>
  frontend === undefined ? url : pageOf(frontend, `${locale}/reset`, token);

/** Where a known user signs in; without a front end the origin of the API. */
export const signInLink = ({ api, frontend }: LinkTargets, locale: Locale): string =>
  frontend === undefined ? api : pageOf(frontend, `${locale}/sign-in`);
