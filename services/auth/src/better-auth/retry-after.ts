/** Better Auth says how long to wait in a header of its own; HTTP has one for it (RFC 9110, 10.2.3), and clients know that one. */
export const withRetryAfter = (response: Response): Response => {
  const seconds = response.status === 429 ? response.headers.get('x-retry-after') : null;
  if (seconds === null) return response;
  const headers = new Headers(response.headers);
  headers.set('retry-after', seconds);
  return new Response(response.body, { status: response.status, statusText: response.statusText, headers });
};
