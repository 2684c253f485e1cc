import { join } from 'node:path';
import { removeFile, writeJsonFile } from '../files/json-file.js';
import type { ProcessIdentity } from './identity.js';

export type RingRole = 'issuer' | 'verifier' | 'holder';

/** A process that takes part in rotations, as the operator's local driver lists it. */
export interface Consumer {
  readonly name: string;
  readonly service: string;
  readonly podUid: string;
  readonly managementUrl: string;
  readonly rings: Readonly<Record<string, RingRole>>;
}

/**
 * Writes `<state>/consumers/<name>.json`. With `process` null it says "has never been started", so that is written only
 * before the first start; between two processes of one pod the file names the one that ended.
 */
export const writeConsumer = (stateDir: string, consumer: Consumer, identity: ProcessIdentity | null): void =>
  writeJsonFile(join(stateDir, 'consumers', `${consumer.name}.json`), {
    name: consumer.name,
    service: consumer.service,
    pid: identity?.pid ?? null,
    startTime: identity?.startTime ?? null,
    podUid: consumer.podUid,
    managementUrl: consumer.managementUrl,
    rings: consumer.rings,
  });

export const removeConsumer = (stateDir: string, name: string): void =>
  removeFile(join(stateDir, 'consumers', `${name}.json`));
