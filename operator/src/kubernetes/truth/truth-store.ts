import { isDeepStrictEqual } from 'node:util';
import { KeyringError } from '@keyturn/keyring';
import { parseRingDocument, RING_NAME, type RingDocument, serializeRingDocument } from '@keyturn/keyring/document';
import type { OperatorTruth } from '../../engine/index.js';
import {
  type ApiClient,
  CONFIG_MAPS,
  type ConfigMap,
  collection,
  isApiError,
  item,
  type ObjectMeta,
  type Secret,
  SECRETS,
} from '../api/index.js';
import { claimLabels, requireOwn } from './claims.js';
import { DOCUMENT, GENERATION, ORIGIN, RING, truthName } from './names.js';
import { Projector } from './projector.js';

export interface TruthOptions {
  readonly api: ApiClient;
  /** Of the truth. */
  readonly namespace: string;
  /** Further namespaces with consumers of a ring, as its policy is now; undefined = it has no policy. */
  readonly namespaces?: (ring: string) => readonly string[] | undefined;
  /** Whether anything speaks of such a ring. One that is misspelt is read as absent, though Roles name the rings that may be read. */
  readonly isKnown?: (ring: string) => boolean;
}

const unreadable = (ring: string, cause: unknown): KeyringError =>
  new KeyringError(
    'ERR_TRUTH_UNREADABLE',
    `the truth of ring ${ring} cannot be read: ${said(cause)}`,
    { ring },
    { cause },
  );
const conflict = (ring: string, cause?: unknown): KeyringError =>
  new KeyringError('ERR_TRUTH_CONFLICT', `ring ${ring} was changed by somebody else`, { ring }, { cause });
const said = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause));

/** Whether a document that was read is the one that was written: both as they are read back. */
const isSame = (read: RingDocument, written: RingDocument): boolean =>
  isDeepStrictEqual(read, parseRingDocument(serializeRingDocument(written)));

/** What was read, and which version of the Secret it was. */
interface Known {
  readonly document: RingDocument;
  readonly metadata: ObjectMeta;
}

/**
 * The truth of each ring: the Secret `keyring-<ring>`, read by quorum and written by compare-and-swap on the
 * resourceVersion of the last read. One instance is for one writer; whoever only reads has another one.
 */
export class KubernetesTruth implements OperatorTruth {
  private readonly known = new Map<string, Known>();
  private readonly projector: Projector;

  constructor(private readonly options: TruthOptions) {
    this.projector = new Projector(options);
  }

  async read(ring: string, signal?: AbortSignal): Promise<RingDocument | undefined> {
    const found = await this.find(ring, signal);
    if (found) this.known.set(ring, found);
    else this.known.delete(ring);
    return found?.document;
  }

  /** Rings that have been projected: Secrets are not listed, so the operator needs no right to read those of others. */
  async list(signal?: AbortSignal): Promise<readonly string[]> {
    const { api, namespace } = this.options;
    const query = { labelSelector: `${RING},${ORIGIN}=${namespace}` };
    const names = new Set<string>();
    for await (const { items } of api.list<ConfigMap>(collection(CONFIG_MAPS, namespace), {
      query,
      ...(signal && { signal }),
    })) {
      for (const { metadata } of items) names.add(metadata.labels?.[RING] ?? '');
    }
    return [...names].filter((name) => RING_NAME.test(name)).sort();
  }

  async write(document: RingDocument, signal?: AbortSignal): Promise<void> {
    const { ring, generation } = document;
    const known = this.known.get(ring) ?? (generation === 1 ? undefined : await this.find(ring, signal));
    if ((known?.document.generation ?? 0) !== generation - 1) throw conflict(ring);
    await this.swap(document, known, signal);
  }

  async recover(document: RingDocument, expected: number): Promise<void> {
    const known = await this.find(document.ring);
    if ((known?.document.generation ?? 0) !== expected) throw conflict(document.ring);
    await this.swap(document, known);
  }

  project(document: RingDocument, signal?: AbortSignal): Promise<void> {
    return this.projector.project(document, signal);
  }

  async readProjection(ring: string, signal?: AbortSignal) {
    try {
      return await this.projector.read(ring, signal);
    } catch (error) {
      if (this.isNone(ring, error)) return undefined;
      throw error;
    }
  }

  /** Namespaces that a ring without a policy was last projected to. */
  recordedNamespaces(ring: string, signal?: AbortSignal): Promise<readonly string[]> {
    return this.projector.recordedNamespaces(ring, signal);
  }

  private isNone(ring: string, cause: unknown): boolean {
    return isApiError(cause, 'forbidden') && this.options.isKnown?.(ring) === false;
  }

  private async find(ring: string, signal?: AbortSignal): Promise<Known | undefined> {
    if (!RING_NAME.test(ring)) throw new TypeError('the name of a ring is a DNS label');
    const { api, namespace } = this.options;
    const path = item(SECRETS, namespace, truthName(ring));
    const secret = await api.get<Secret>(path, signal && { signal }).catch((cause: unknown) => {
      if (this.isNone(ring, cause)) return undefined;
      throw unreadable(ring, cause);
    });
    return secret && { document: this.parse(ring, secret), metadata: secret.metadata };
  }

  private parse(ring: string, secret: Secret): RingDocument {
    const { namespace } = this.options;
    const ringId = requireOwn('Secret', secret, { ring, origin: namespace });
    const wrong = (field: string, rule: string): KeyringError =>
      new KeyringError('ERR_RING_INVALID', `Secret ${namespace}/${truthName(ring)}: ${field}: ${rule}`, {
        ring,
        field,
      });
    const data = secret.data?.[DOCUMENT];
    if (data === undefined) throw wrong(DOCUMENT, 'is missing');
    try {
      const document = parseRingDocument(Buffer.from(data, 'base64').toString('utf8'));
      if (document.form !== 'full') throw wrong('form', 'must be full in the truth');
      if (document.ring !== ring) throw wrong('ring', 'must be the name in the name of the Secret');
      if (document.ringId !== ringId) throw wrong('ringId', 'must be the one in the label of the Secret');
      return document;
    } catch (error) {
      if (!(error instanceof KeyringError) || error.message.startsWith('Secret ')) throw error;
      throw new KeyringError(error.code, `Secret ${namespace}/${truthName(ring)}: ${error.message}`, error.detail);
    }
  }

  /** One compare-and-swap. An answer that is lost is looked up; what cannot be told counts as a conflict. */
  private async swap(document: RingDocument, known: Known | undefined, signal?: AbortSignal): Promise<void> {
    const { api, namespace } = this.options;
    const { ring } = document;
    const next = this.secret(document, known?.metadata);
    const call = signal && { signal };
    // What was read is used for one write: the next one begins with another read.
    this.known.delete(ring);
    try {
      const stored = known
        ? await api.replace<Secret>(item(SECRETS, namespace, truthName(ring)), next, call)
        : await api.create<Secret>(collection(SECRETS, namespace), next, call);
      this.known.set(ring, { document, metadata: stored.metadata });
    } catch (error) {
      if (isApiError(error, 'conflict', 'alreadyExists')) {
        if (!known) await this.refuseForeign(document);
        throw conflict(ring, error);
      }
      // A Secret that was removed meanwhile is for the next read to judge.
      if (isApiError(error, 'notFound') && known) throw conflict(ring, error);
      if (!isApiError(error, 'ambiguous')) throw error;
      const found = await this.find(ring, signal);
      if (!found || !isSame(found.document, document)) throw conflict(ring, error);
      this.known.set(ring, found);
    }
  }

  /** Somebody made a Secret of that name: another operator, or somebody who knows nothing of rings. */
  private async refuseForeign({ ring }: RingDocument): Promise<void> {
    const { api, namespace } = this.options;
    const found = await api.get<Secret>(item(SECRETS, namespace, truthName(ring)));
    if (found) requireOwn('Secret', found, { ring, origin: namespace });
  }

  private secret(document: RingDocument, before: ObjectMeta | undefined): Secret {
    const { ring, ringId, generation } = document;
    const { namespace } = this.options;
    return {
      apiVersion: 'v1',
      kind: 'Secret',
      type: 'keyturn.dev/ring',
      metadata: {
        name: truthName(ring),
        namespace,
        ...(before?.resourceVersion !== undefined && { resourceVersion: before.resourceVersion }),
        ...(before?.uid !== undefined && { uid: before.uid }),
        labels: { ...before?.labels, ...claimLabels({ ring, ringId, origin: namespace }) },
        annotations: { ...before?.annotations, [GENERATION]: String(generation) },
      },
      data: { [DOCUMENT]: Buffer.from(serializeRingDocument(document)).toString('base64') },
    };
  }
}
