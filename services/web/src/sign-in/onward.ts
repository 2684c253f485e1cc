/** Where a sign-in leads: to a page of this site, or back into the authorization request of an application. */
export interface Onward {
  readonly page: string;
  /** The signed query that the auth service gave the page; undefined: no application asks. */
  readonly oauthQuery?: string;
}

/** Names of the parameters that the signature covers, each in one `ba_param`. */
const NAMES = 'ba_param';

/**
 * The signed query of an authorization request in the query of a page, as the auth service wants it back: what else the page
 * was given is left out. Undefined when there is none. What it says is shown, never decided on: the auth service checks it.
 */
export const oauthQueryIn = (query: URLSearchParams): string | undefined => {
  const signed = new Set([...query.getAll(NAMES), NAMES, 'sig']);
  if (!query.has('sig') || !query.has(NAMES)) return undefined;
  return new URLSearchParams([...query].filter(([name]) => signed.has(name))).toString();
};

/** For the address of the next page on the way. */
export const queryOf = ({ page, oauthQuery }: Onward): string => oauthQuery ?? `callback=${encodeURIComponent(page)}`;

/** What each request on the way sends along. */
export const bodyOf = ({ oauthQuery }: Onward): { readonly oauth_query?: string } =>
  oauthQuery === undefined ? {} : { oauth_query: oauthQuery };

/** Whether the application wants its user to sign up (OpenID Connect Prompt Create). */
export const asksForAccount = ({ oauthQuery }: Onward): boolean =>
  new URLSearchParams(oauthQuery).get('prompt')?.split(' ').includes('create') ?? false;
