/** Ready as soon as it answers: what a page needs of others it says by itself when it is missing. */
export const GET = (): Response => Response.json({ status: 'ok' }, { headers: { 'cache-control': 'no-store' } });
