import type { PublicRingDocument } from '@keyturn/keyring/document';
import type { RingStatus, RotationRequest, RunRecord } from '../records/index.js';

/** A consumer as its platform lists it. */
export interface ListedConsumer {
  readonly name: string;
  readonly managementUrl: string;
  readonly alive: boolean;
  readonly rings: Readonly<Record<string, string>>;
}

/** Where the commands get and put records. Reads throw CommandError when the platform cannot be reached. */
export interface Backend {
  /** For messages: the directory, or the cluster's context. */
  readonly place: string;
  /** Whether a request outlives the time without an operator, as an object that somebody can see and remove. */
  readonly keepsRequests: boolean;
  rings(): Promise<readonly RingStatus[]>;
  /** One ring; undefined = there is none of that name. What is wrong with others is in nobody's way. */
  ring(name: string): Promise<RingStatus | undefined>;
  /** Newest first. */
  runs(ring?: string): Promise<readonly RunRecord[]>;
  run(id: string): Promise<RunRecord | undefined>;
  /** Resolves with the request as it was stored: the run that answers it has its id. */
  submit(request: RotationRequest): Promise<RotationRequest>;
  consumers(): Promise<readonly ListedConsumer[]>;
  /** Records that cannot be used, a sentence each. Absent = the platform lets nobody store such. */
  damaged?(): Promise<readonly string[]>;
  /** HTTP status of a consumer's management port; undefined = it does not answer. */
  answers(consumer: ListedConsumer): Promise<number | undefined>;
  /** Removes the keys of a ring without a policy; resolves with what was removed. Absent = not on this platform. */
  destroy?(ring: string): Promise<readonly string[]>;
  publicDocument(ring: string): Promise<PublicRingDocument | undefined>;
}
