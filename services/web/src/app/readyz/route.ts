import { isDraining } from '@/shutdown/draining';

/** Ready as soon as it answers, until it is about to end: what a page needs of others it says by itself when it is missing. */
export const GET = (): Response => {
  const ready = !isDraining();
  return Response.json(
    { status: ready ? 'ok' : 'draining' },
    { status: ready ? 200 : 503, headers: { 'cache-control': 'no-store' } },
  );
};
