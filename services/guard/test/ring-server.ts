import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type AnyRingDocument, createRingNode, type RingNode } from '@keyturn/keyring';
import { createManagementServer, type ManagementServer } from '@keyturn/keyring/management';
import { createTestIssuer, type TestIssuer } from '../src/testing/index.js';

/** A document server and a node that reads from it, both real, over HTTP on this machine. */
export interface RingServer {
  readonly issuer: TestIssuer;
  readonly node: RingNode;
  readonly url: string;
  /** How often a document was asked for. */
  asked(): number;
  /** Changes the truth only; the node has to find out. */
  change(how: (ring: TestIssuer['ring']) => void): void;
  stop(): Promise<void>;
}

/** @param pollMs how often the node looks by itself. */
export async function startRingServer(
  pollMs: number,
  { issuer = createTestIssuer(), port = 0 }: { issuer?: TestIssuer; port?: number } = {},
): Promise<RingServer> {
  let asked = 0;
  let document: AnyRingDocument = issuer.ring.document();
  const server: ManagementServer = createManagementServer({
    port,
    host: '127.0.0.1',
    documents: {
      document: async () => {
        asked += 1;
        return document;
      },
    },
  });
  const { url } = await server.start();
  const stateDir = await mkdtemp(join(tmpdir(), 'guard-ring-'));
  const node = createRingNode({
    ring: 'access-tokens',
    role: 'verifier',
    stateDir,
    podUid: 'pod-1',
    urls: [url],
    pollMs,
    timeoutMs: 10_000,
  });
  await node.start();
  return {
    issuer,
    node,
    url,
    asked: () => asked,
    change(how) {
      how(issuer.ring);
      document = issuer.ring.document();
    },
    async stop() {
      await node.stop();
      await server.stop();
      await rm(stateDir, { recursive: true });
    },
  };
}
