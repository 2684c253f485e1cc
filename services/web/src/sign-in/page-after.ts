import { ask } from '@/api/request';
import { asksForAccount, bodyOf, type Onward } from './onward';

/**
 * Where to go once signed in: `url` is what the sign-in answered, where an application asks. One that asked for a new account
 * (`prompt=create`) would be sent here again until it is told that there is one. Throws Failure.
 */
export const pageAfter = async (onward: Onward, url: string | undefined): Promise<string> => {
  if (!asksForAccount(onward)) return url ?? onward.page;
  const body = { created: true, ...bodyOf(onward) };
  return (await ask<{ readonly url: string }>('/api/auth/oauth2/continue', { method: 'POST', body })).url;
};
