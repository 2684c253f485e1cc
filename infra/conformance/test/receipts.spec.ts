import { afterEach, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { type AnyRingDocument, digestOf, parseRingDocument } from '@keyturn/keyring';
import { findCandidates, makeToken } from '../src/index.js';
import { Pods } from './pod.js';

const RING = 'access-tokens';
const pods = new Pods();
afterEach(() => pods.clear());

interface Vector {
  readonly name: string;
  readonly document: { readonly ring: string; readonly generation: number };
  readonly digest: string;
}
const vectors = JSON.parse(readFileSync(new URL('../vectors/digest.json', import.meta.url), 'utf8')) as Vector[];

for (const candidate of await findCandidates()) {
  const { missing } = candidate;
  const suite = missing === undefined ? describe : describe.skip;
  suite(`receipts of ${candidate.name}${missing === undefined ? '' : `, skipped: ${missing}`}`, () => {
    it('say what is loaded: ring, role, generation in memory and on disk, accepted kids, digest, pod and process', async () => {
      const pod = await pods.create(candidate);
      const retired = pod.ring.active.kid;
      await pod.ring.rotate(0);
      pod.ring.retire(retired);
      pod.publish();
      const running = await pod.startReady();
      const receipt = await running.receipt(RING);
      expect(receipt).toEqual({
        ring: RING,
        ringId: pod.ring.document().ringId,
        role: 'verifier',
        loaded: 4,
        durable: 4,
        kids: [pod.ring.active.kid, pod.ring.standby.kid].sort(),
        digest: digestOf(pod.ring.document()),
        podUid: 'pod-1',
        bootId: expect.stringMatching(/^\S{8,}$/),
      });
      const all = await running.manage('/keyturn/v1/rings');
      expect(all.body).toEqual({ rings: [receipt] });
      expect(all.headers.get('cache-control')).toBe('no-store');
      const metrics = String((await running.manage('/metrics')).body);
      expect(metrics).toContain(`keyturn_ring_loaded_generation{ring="${RING}",role="verifier"} 4`);
      expect((await running.manage('/livez')).status).toBe(200);
    });

    it('catch up when they are asked for at least a generation, and then say so of memory and disk', async () => {
      const pod = await pods.create(candidate);
      const running = await pod.startReady();
      for (let turn = 0; turn < 3; turn++) {
        await pod.ring.rotate();
        const generation = pod.publish();
        const receipt = await running.receipt(RING, generation);
        expect(receipt).toMatchObject({
          loaded: generation,
          durable: generation,
          digest: digestOf(pod.ring.document()),
        });
      }
    });

    it('answer with what they have when a generation does not come', async () => {
      const running = await (await pods.create(candidate)).startReady();
      expect(await running.receipt(RING, 99)).toMatchObject({ loaded: 1, durable: 1 });
    });

    it('never go down: an older ring, another ring of the name, another history are not loaded', async () => {
      const pod = await pods.create(candidate);
      const running = await pod.startReady();
      const old = pod.ring.document();
      await pod.ring.rotate();
      const generation = await pod.reach(running);
      const now = pod.ring.document();
      const other = { ...now, ringId: randomUUID(), generation: 50 };
      const history: AnyRingDocument = { ...now, keys: now.keys.slice(1) };
      for (const document of [old, other, history]) {
        pod.publish(document);
        const receipt = await pod.afterLooking(running, 50);
        expect(receipt).toMatchObject({
          ringId: now.ringId,
          loaded: generation,
          durable: generation,
          digest: digestOf(now),
        });
      }
    });

    it('keep their floor over a crash: a restart needs nobody, and is never below what the receipt said', async () => {
      const pod = await pods.create(candidate);
      const first = await pod.startReady();
      const old = pod.ring.document();
      await pod.ring.rotate();
      const generation = await pod.reach(first);
      const before = await first.receipt(RING);
      await first.kill();
      pod.server.answer('none');
      const second = await pod.startReady();
      const after = await second.receipt(RING);
      expect(after).toEqual({ ...before, bootId: after.bootId });
      expect(after.bootId).not.toBe(before.bootId);
      const token = await makeToken(pod.ring.document());
      expect((await second.call('/api/anna/reports/access', token)).status).toBe(200);
      await second.kill();
      pod.publish(old);
      pod.server.answer('all');
      const third = await pod.startReady();
      expect(await third.receipt(RING, generation)).toMatchObject({ loaded: generation, durable: generation });
    });

    it('promise nothing for a fresh pod: without a confirming read it is not ready and calls no token bad', async () => {
      const pod = await pods.create(candidate);
      pod.server.answer('unconfirmed');
      await pod.mount.swap(pod.ring.publicDocument());
      const running = await pod.start();
      expect(await pod.afterLooking(running, 1)).toMatchObject({ loaded: 0, durable: 0, kids: [], digest: '' });
      const readiness = await running.manage('/readyz');
      expect(readiness).toMatchObject({ status: 503, body: { missing: [`ring ${RING}`] } });
      const answer = await running.call('/api/anna/reports/access', await makeToken(pod.ring.document()));
      expect(answer).toMatchObject({ status: 503, body: { code: 'ERR_KEY_SOURCE_UNAVAILABLE' } });
      expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
      pod.server.answer('all');
      await running.untilReady();
      expect(await running.receipt(RING)).toMatchObject({ loaded: 1, durable: 1 });
    });

    it('take the file of another pod for no evidence', async () => {
      const pod = await pods.create(candidate);
      await (await pod.startReady()).kill();
      pod.uid = 'pod-2';
      pod.server.answer('unconfirmed');
      const running = await pod.start();
      expect(await pod.afterLooking(running, 1)).toMatchObject({ loaded: 0, durable: 0, podUid: 'pod-2' });
      expect(await running.ready()).toBe(false);
    });

    it('need a new confirming read when the last one is older than the restart grace, and keep the floor even then', async () => {
      const pod = await pods.create(candidate, { settings: { restartGraceMs: 300, clockErrorMs: 0 } });
      const old = pod.ring.document();
      const first = await pod.startReady();
      await pod.ring.rotate();
      const generation = await pod.reach(first);
      await first.kill();
      await new Promise((resolve) => setTimeout(resolve, 500));
      pod.server.answer('unconfirmed');
      const second = await pod.start();
      expect(await pod.afterLooking(second, generation)).toMatchObject({ loaded: 0, durable: generation });
      pod.publish(old);
      pod.server.answer('all');
      expect(await pod.afterLooking(second, generation)).toMatchObject({ loaded: 0, durable: generation });
      expect(await second.ready()).toBe(false);
      pod.publish();
      await second.untilReady();
      expect(await second.receipt(RING)).toMatchObject({ loaded: generation });
    });

    it.each(['HS256', 'ES256'] as const)('are not changed by a damaged file of a ring of %s', async (algorithm) => {
      const pod = await pods.create(candidate, { algorithm });
      const shown = (): AnyRingDocument => (algorithm === 'HS256' ? pod.ring.document() : pod.ring.publicDocument());
      await pod.mount.replace(shown());
      const running = await pod.startReady();
      const before = await running.receipt(RING);
      if (algorithm === 'HS256') expect(before.role).toBe('holder');
      const text = JSON.stringify(shown());
      for (const damage of [
        '',
        text.slice(0, text.length / 2),
        '{}',
        text.replace('"generation":1', '"generation":"9"'),
      ]) {
        await pod.mount.scribble(RING, damage);
        expect(await running.receipt(RING, 1)).toEqual(before);
      }
      const token = await makeToken(pod.ring.document());
      expect((await running.call('/api/anna/reports/access', token)).status).toBe(200);
      pod.server.answer('none');
      await pod.ring.rotate();
      await pod.mount.replace(shown());
      expect(await running.receipt(RING, 3)).toMatchObject({
        loaded: 3,
        durable: 3,
        digest: digestOf(pod.ring.document()),
      });
    });

    it.each(vectors)('have the digest of the vector "$name"', async ({ document, digest }) => {
      const parsed = parseRingDocument(JSON.stringify(document));
      expect(digestOf(parsed)).toBe(digest);
      const variables = { KEYTURN_TOKEN_RING: document.ring };
      const holds = parsed.type === 'SharedSecret';
      const pod = await pods.create(candidate, holds ? { ring: document.ring, algorithm: 'HS256' } : {}, variables);
      pod.publish(parsed);
      await pod.mount.replace(parsed);
      const running = await pod.startReady();
      expect(await running.receipt(document.ring)).toMatchObject({ loaded: document.generation, digest });
    });

    it('are asked for as the contract says, and wrong questions are told what is wrong', async () => {
      const running = await (await pods.create(candidate)).startReady();
      const statusOf = async (path: string, init?: RequestInit): Promise<number> => {
        const { status, headers } = await running.manage(path, init);
        expect(headers.get('content-type')).toContain('application/problem+json');
        return status;
      };
      const canary = `/keyturn/v1/rings/${RING}/canary`;
      expect(await statusOf('/keyturn/v1/rings/other')).toBe(404);
      expect(await statusOf('/keyturn/v1/rings/other/canary', { method: 'POST', body: '{}' })).toBe(404);
      expect(await statusOf(`/keyturn/v1/rings/${RING}?atLeast=two`)).toBe(400);
      expect(await statusOf(canary)).toBe(405);
      expect(await statusOf(canary, { method: 'POST', body: 'no' })).toBe(400);
      expect(await statusOf(canary, { method: 'POST', body: '{"credential":1}' })).toBe(400);
      expect(await statusOf(canary, { method: 'POST', body: `{"credential":"${'x'.repeat(20_000)}"}` })).toBe(413);
    });

    it('end with their process, which ends in order when it is told to', async () => {
      const pod = await pods.create(candidate);
      const running = await pod.startReady();
      expect(await running.terminate()).toBe(0);
    });
  });
}
