import { getLocale } from 'next-intl/server';
import { redirect } from 'next/navigation';
import { safeCallback } from '@/security/callback';
import { readSession } from '@/session/server';

/** The query of a page, as Next gives it. */
export type Query = Promise<Readonly<Record<string, string | string[] | undefined>>>;

const single = (value: string | string[] | undefined): string | undefined => (Array.isArray(value) ? value[0] : value);

/** One parameter of the query; the first where it is given more than once. */
export const parameter = async (query: Query, name: string): Promise<string | undefined> => single((await query)[name]);

/** Where to go once signed in: the page that was asked for, else the tasks. */
export const callbackOf = async (query: Query): Promise<string> =>
  safeCallback(await parameter(query, 'callback'), `/${await getLocale()}/tasks`);

/** Who is signed in has nothing to do here. */
export const onlySignedOut = async (callback: string): Promise<void> => {
  if (await readSession().catch(() => null)) redirect(callback);
};
