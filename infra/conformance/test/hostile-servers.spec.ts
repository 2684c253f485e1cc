import { once } from 'node:events';
import type { RequestListener, ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from '@jest/globals';
import { serializeRingDocument } from '@keyturn/keyring';
import { findCandidates, type HostileServer, makeToken, startHostileServer } from '../src/index.js';
import { type Pod, Pods } from './pod.js';

const RING = 'access-tokens';
const LATER = 99;
const pods = new Pods();
const servers: HostileServer[] = [];
afterEach(async () => {
  await pods.clear();
  await Promise.all(servers.splice(0).map((server) => server.stop()));
});

const says =
  (body: string | Buffer, headers: Record<string, string> = {}, status = 200): RequestListener =>
  (_request, response) =>
    response.writeHead(status, { 'content-type': 'application/json', etag: '"x"', ...headers }).end(body);

const laterOf = (pod: Pod): string => {
  const wire = JSON.parse(serializeRingDocument(pod.ring.publicDocument())) as object;
  return JSON.stringify({ ...wire, generation: LATER });
};

/** Answers that a careless reader would take for a later generation of the ring. */
const lies = (pod: Pod): Readonly<Record<string, RequestListener>> => {
  const text = laterOf(pod);
  const later = JSON.parse(text) as { readonly keys: readonly { readonly kid: string; readonly jwk: object }[] };
  const [key, ...others] = later.keys;
  const withKey = (more: object): string => JSON.stringify({ ...later, keys: [{ ...key, ...more }, ...others] });
  return {
    'a newer schema': says(JSON.stringify({ ...later, version: 2 })),
    'the full form': says(JSON.stringify({ ...later, form: 'full' })),
    'a private member': says(withKey({ jwk: { ...key?.jwk, d: 'AAAA' } })),
    'another ring': says(JSON.stringify({ ...later, ring: 'session-secret' })),
    'a kid twice': says(JSON.stringify({ ...later, keys: [key, ...later.keys] })),
    'half a document': says(text.slice(0, text.length / 2)),
    'no document': says('null'),
    'more than 1 MiB': says(`${text}${' '.repeat(1_100_000)}`),
    'more than 1 MiB, compressed': says(gzipSync(`${text}${' '.repeat(50_000_000)}`), { 'content-encoding': 'gzip' }),
    'a redirect': (request, response) =>
      request.url === '/elsewhere'
        ? says(text)(request, response)
        : says('', { location: '/elsewhere' }, 302)(request, response),
    'nothing new, to who asked for nothing': says('', {}, 304),
  };
};

for (const candidate of await findCandidates()) {
  const { missing } = candidate;
  const suite = missing === undefined ? describe : describe.skip;
  suite(`${candidate.name} and servers that lie${missing === undefined ? '' : `, skipped: ${missing}`}`, () => {
    it('keeps the ring that it has, goes on verifying by it, and follows the next honest answer', async () => {
      let behind = '';
      const server = await startHostileServer(() => behind);
      servers.push(server);
      const pod = await pods.create(candidate, {}, { KEYTURN_RING_URLS: server.url });
      behind = pod.server.url;
      const running = await pod.startReady();
      const before = await running.receipt(RING);
      const token = await makeToken(pod.ring.document());
      const asking: Promise<unknown>[] = [];
      for (const [what, lie] of Object.entries(lies(pod))) {
        server.say(lie);
        // It is asked for a generation that it has not: so it looks at once, and again.
        asking.push(running.receipt(RING, LATER));
        await running.until(`${what} is read twice`, async () => server.asked() > 3);
        expect([what, await running.receipt(RING)]).toEqual([what, before]);
        expect([what, (await running.call('/api/anna/reports/access', token)).status]).toEqual([what, 200]);
      }

      let cut: ServerResponse | undefined;
      server.say((_request, response) => {
        cut ??= response;
        const more = (): void => void (response.destroyed || response.write(' '.repeat(65_536), more));
        more();
      });
      await running.until('an endless answer is begun', async () => cut !== undefined);
      if (!cut?.destroyed) await once(cut!, 'close');
      server.say(() => undefined);
      await running.until('nothing is answered', async () => server.asked() > 0);
      server.say(undefined);
      await pod.ring.rotate();
      const generation = pod.publish();
      await running.until('the next generation', async () => (await running.receipt(RING)).loaded === generation);
      // What the lies were made from: without its lie it is taken.
      server.say(says(laterOf(pod)));
      expect(await running.receipt(RING, LATER)).toMatchObject({ loaded: LATER, durable: LATER });
      await Promise.all(asking);
    }, 120_000);
  });
}
