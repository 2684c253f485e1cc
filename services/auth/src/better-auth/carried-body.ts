import { carryQuery, type SigningSecrets } from '../session-secret/index.js';

/**
 * The body of a request with its `oauth_query` signed by the active secret. Undefined when nothing changes; the request
 * stays unread.
 */
export const carryBody = async (request: Request, secrets: SigningSecrets): Promise<string | undefined> => {
  if (request.method !== 'POST' || !/\bjson\b/i.test(request.headers.get('content-type') ?? '')) return undefined;
  const text = await request.clone().text();
  if (!text.includes('"oauth_query"')) return undefined;
  const body = JSON.parse(text) as { readonly oauth_query?: unknown } | null;
  const query = body?.oauth_query;
  const carried = typeof query === 'string' ? carryQuery(query, secrets) : undefined;
  return carried === undefined ? undefined : JSON.stringify({ ...body, oauth_query: carried });
};
