import { getLocale } from 'next-intl/server';
import { redirect } from 'next/navigation';
import { safeCallback } from '@/security/callback';
import { readSession } from '@/session/server';
import { type Onward, oauthQueryIn } from './onward';

/** The query of a page, as Next gives it. */
export type Query = Promise<Readonly<Record<string, string | string[] | undefined>>>;

/** One parameter of the query; the first where it is given more than once. */
export const parameter = async (query: Query, name: string): Promise<string | undefined> =>
  [(await query)[name]].flat()[0];

/** The authorization request that the page is a part of. */
export const oauthQueryOf = async (query: Query): Promise<string | undefined> => {
  const entries = Object.entries(await query);
  return oauthQueryIn(
    new URLSearchParams(entries.flatMap(([name, values]) => [values ?? []].flat().map((value) => [name, value]))),
  );
};

/** Where to go once signed in: on with the application, to the page that was asked for, else to the tasks. */
export const onwardOf = async (query: Query): Promise<Onward> => {
  const page = safeCallback(await parameter(query, 'callback'), `/${await getLocale()}/tasks`);
  const oauthQuery = await oauthQueryOf(query);
  return oauthQuery === undefined ? { page } : { page, oauthQuery };
};

/** Who is signed in has nothing to do here, unless an application asks for them to sign in again. */
export const onlySignedOut = async ({ page, oauthQuery }: Onward): Promise<void> => {
  if (oauthQuery === undefined && (await readSession().catch(() => null))) redirect(page);
};
