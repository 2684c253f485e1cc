import { join } from 'node:path';
import { systemClock } from '../system-clock.js';
import { silentLogger } from '../logger.js';
import type { RingNode } from '../ring-node.js';
import { createFileSource, type FileSource } from '../sources/file-source.js';
import { createHttpSource } from '../sources/http-source.js';
import { type Channel, httpChannel, truthChannel } from './channels.js';
import { Holding } from './holding.js';
import { processBootId, readKernel } from './kernel.js';
import { KeptRing } from './kept-ring.js';
import { checkOptions, type RingNodeOptions } from './options.js';
import { OwnFile } from './own-file.js';
import { Receipts } from './receipts.js';
import { Refresher } from './refresher.js';

/** A mount is no evidence and confirms nothing; it brings newer rings while every document server is down. */
const mountOf = (options: RingNodeOptions, holding: Holding): FileSource | undefined => {
  const { ring, ringsDir, logger = silentLogger } = options;
  if (!ringsDir) return undefined;
  const onDocument: Parameters<typeof createFileSource>[0]['onDocument'] = (document) => void holding.offer(document);
  return createFileSource({ ring, path: join(ringsDir, ring, 'ring.json'), onDocument, logger });
};

/**
 * One ring inside one process, by rules P1 to P7 of rotation.md. Nothing is read before `start()`.
 * Throws TypeError for options that cannot work.
 */
export const createRingNode = (options: RingNodeOptions): RingNode => {
  checkOptions(options);
  const { ring, role, podUid, truth, clock = systemClock, logger = silentLogger, timeoutMs = 2000 } = options;
  const stopping = new AbortController();
  const needsMaterial = role !== 'verifier';
  const ownFile = new OwnFile(join(options.stateDir, `${ring}.json`), ring, logger);
  const holding = new Holding({ ring, podUid, needsMaterial, ownFile, logger, now: () => clock.monotonic() });
  const own = truth && truthChannel(truth, ring, timeoutMs, stopping.signal);
  const urls = role === 'issuer' ? [] : (options.urls ?? []);
  const tls = options.caFile !== undefined && { caFile: options.caFile };
  const http = urls.length > 0 ? createHttpSource({ ring, urls, timeoutMs, ...tls }) : undefined;
  const channels: Channel[] = [...(own ? [own] : []), ...(http ? [httpChannel(http)] : [])];
  const kernel = options.kernel ?? readKernel;
  const parts = { ring, clock, logger, holding };
  return new KeptRing({
    ...parts,
    role,
    pollMs: options.pollMs ?? 1000,
    podUid,
    ownFile,
    mount: mountOf(options, holding),
    refresher: new Refresher({ ...parts, signs: needsMaterial, channels, kernel, stopped: stopping.signal }),
    receipts: new Receipts({ ring, role, podUid, bootId: options.bootId ?? processBootId, holding, ownFile }),
    truth: own,
    stopping,
    close: () => http?.close(),
  });
};
