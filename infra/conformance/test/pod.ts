import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AnyRingDocument, Receipt } from '@keyturn/keyring';
import {
  createTestMount,
  createTestRing,
  type TestMount,
  type TestRing,
  type TestRingOptions,
} from '@keyturn/keyring/testing';
import { type Candidate, type DocumentServer, ISSUER, Running, startDocumentServer } from '../src/index.js';

/** Requests after which the first of them have had their effect: a look is one or two, and two may be under way. */
const LOOKS = 8;

/** A pod of a candidate: its files, its ring, the servers it asks, its mount. One process at a time. */
export class Pod {
  private readonly started: Running[] = [];
  uid = 'pod-1';

  private constructor(
    private readonly candidate: Candidate,
    private readonly folder: string,
    readonly ring: TestRing,
    readonly server: DocumentServer,
    readonly mount: TestMount,
    private readonly variables: Readonly<Record<string, string>>,
  ) {}

  /** The server already serves the ring; for a ring of secrets the process is a holder. */
  static async create(
    candidate: Candidate,
    options: TestRingOptions = {},
    variables: Readonly<Record<string, string>> = {},
  ): Promise<Pod> {
    const folder = await mkdtemp(join(tmpdir(), 'conformance-'));
    const ring = await createTestRing({ issuer: ISSUER, ...options });
    const server = await startDocumentServer(ring.document());
    const mount = createTestMount(join(folder, 'rings'));
    const holds = ring.document().type === 'SharedSecret';
    const role = { KEYTURN_TOKEN_RING_ROLE: holds ? 'holder' : 'verifier', KEYTURN_RINGS_DIR: join(folder, 'rings') };
    return new Pod(candidate, folder, ring, server, mount, { ...role, ...variables });
  }

  /** A process of this pod, with its management port open; it may not be ready. */
  async start(): Promise<Running> {
    const running = await Running.start(this.candidate, {
      KEYTURN_RING_URLS: this.server.url,
      KEYTURN_STATE_DIR: join(this.folder, 'state'),
      KEYTURN_POD_UID: this.uid,
      KEYTURN_AUDIENCE: 'keyturn',
      ...this.variables,
    });
    this.started.push(running);
    return running;
  }

  async startReady(): Promise<Running> {
    const running = await this.start();
    await running.untilReady();
    return running;
  }

  /** Serves what the ring is now, and gives its generation. */
  publish(document: AnyRingDocument = this.ring.document()): number {
    this.server.serve(document);
    return document.generation;
  }

  /** Publishes, and waits until the process says that it has it. */
  async reach(running: Running): Promise<number> {
    const generation = this.publish();
    await running.receipt(this.ring.document().ring, generation);
    return generation;
  }

  /** What the process says once it has looked for a later generation several times, without the wait for what never comes. */
  async afterLooking(running: Running, generation: number): Promise<Receipt> {
    const { ring } = this.ring.document();
    const before = this.server.asked();
    // Its answer comes when the process gives up, or never when that has ended.
    running.receipt(ring, generation).catch(() => undefined);
    await running.until('it has looked', async () => this.server.asked() >= before + LOOKS);
    return running.receipt(ring);
  }

  async remove(): Promise<void> {
    await Promise.all(this.started.map((running) => running.kill()));
    await this.server.stop();
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** Pods of a test file, removed after each test. */
export class Pods {
  private readonly pods: Pod[] = [];

  async create(...given: Parameters<typeof Pod.create>): Promise<Pod> {
    const pod = await Pod.create(...given);
    this.pods.push(pod);
    return pod;
  }

  async clear(): Promise<void> {
    await Promise.all(this.pods.splice(0).map((pod) => pod.remove()));
  }
}
