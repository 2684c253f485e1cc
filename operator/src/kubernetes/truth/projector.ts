import { KeyringError } from '@keyturn/keyring';
import {
  parseRingDocument,
  type PublicRingDocument,
  type RingDocument,
  serializeRingDocument,
  toPublicDocument,
} from '@keyturn/keyring/document';
import {
  type ApiClient,
  CONFIG_MAPS,
  collection,
  isApiError,
  item,
  type KubeObject,
  type Resource,
  SECRETS,
} from '../api/index.js';
import { claimLabels, requireClaim, requireOwn, stampOf } from './claims.js';
import { DOCUMENT, GENERATION, holderName, NAMESPACES, publicName } from './names.js';
import type { TruthOptions } from './truth-store.js';

/** Writers of one projection that meet take turns; more turns than this means that something else is wrong. */
const ATTEMPTS = 10;
/** A projection that was seen to be stored is looked at again now and then: somebody may have removed it. */
const LOOK_AGAIN_MS = 30_000;

/** One copy of a ring in one namespace. */
interface Copy {
  readonly kind: 'ConfigMap' | 'Secret';
  readonly namespace: string;
  readonly name: string;
  readonly text: string;
  readonly annotations: Readonly<Record<string, string>>;
}

interface Stored {
  readonly generation: number;
  readonly copies: string;
  readonly at: number;
}

const RESOURCE: Readonly<Record<Copy['kind'], Resource>> = { ConfigMap: CONFIG_MAPS, Secret: SECRETS };

type Data = KubeObject & { readonly data?: Readonly<Record<string, string>> };

const textOf = (kind: Copy['kind'], { data }: Data): string | undefined => {
  const value = data?.[DOCUMENT];
  return kind === 'Secret' && value !== undefined ? Buffer.from(value, 'base64').toString('utf8') : value;
};

const dataOf = ({ kind, text }: Copy): Record<string, string> => ({
  [DOCUMENT]: kind === 'Secret' ? Buffer.from(text).toString('base64') : text,
});

/**
 * Writes the projections of a ring, each only ever upward: the public ConfigMap in its namespace and in those of its
 * consumers, and there the Secret for holders of a shared secret.
 */
export class Projector {
  private readonly stored = new Map<string, Stored>();
  private readonly api: ApiClient;

  constructor(private readonly options: TruthOptions) {
    this.api = options.api;
  }

  /** Resolves once every copy is stored at the document's generation or above. */
  async project(document: RingDocument, signal?: AbortSignal): Promise<void> {
    const copies = this.copiesOf(document, await this.namespacesOf(document.ring, signal));
    const key = copies.map(({ kind, namespace }) => `${kind} ${namespace}`).join();
    const known = this.stored.get(document.ring);
    const fresh = known && performance.now() - known.at < LOOK_AGAIN_MS;
    if (fresh && known.generation === document.generation && known.copies === key) return;
    for (const copy of copies) await this.raise(document, copy, signal);
    this.stored.set(document.ring, { generation: document.generation, copies: key, at: performance.now() });
  }

  async read(ring: string, signal?: AbortSignal): Promise<PublicRingDocument | undefined> {
    const found = await this.find('ConfigMap', this.options.namespace, publicName(ring), signal);
    if (!found) return undefined;
    const ringId = requireOwn('ConfigMap', found, { ring, origin: this.options.namespace });
    const document = parseRingDocument(textOf('ConfigMap', found) ?? '');
    const rule = (field: string, text: string) =>
      new KeyringError('ERR_RING_INVALID', `ConfigMap ${publicName(ring)}: ${field}: ${text}`, { ring, field });
    if (document.form !== 'public') throw rule('form', 'must be public in a projection');
    if (document.ringId !== ringId || document.ring !== ring) throw rule('ringId', 'must be the one in the label');
    return document;
  }

  /** Of the policy; a ring without one keeps those that it had. */
  private async namespacesOf(ring: string, signal?: AbortSignal): Promise<readonly string[]> {
    const named = this.options.namespaces?.(ring);
    return named ?? (await this.recordedNamespaces(ring, signal));
  }

  /** Those that the projection says it was copied to. */
  async recordedNamespaces(ring: string, signal?: AbortSignal): Promise<readonly string[]> {
    const found = await this.find('ConfigMap', this.options.namespace, publicName(ring), signal);
    return (found?.metadata.annotations?.[NAMESPACES] ?? '').split(',').filter((name) => name !== '');
  }

  private copiesOf(document: RingDocument, namespaces: readonly string[]): Copy[] {
    const { ring, type, generation } = document;
    const text = serializeRingDocument(toPublicDocument(document));
    const stamp = { [GENERATION]: String(generation) };
    const others = [...new Set(namespaces)].filter((name) => name !== this.options.namespace).sort();
    const open = (namespace: string, more = {}): Copy => ({
      kind: 'ConfigMap',
      namespace,
      name: publicName(ring),
      text,
      annotations: { ...stamp, ...more },
    });
    const holder = (namespace: string): Copy => ({
      kind: 'Secret',
      namespace,
      name: holderName(ring),
      text: serializeRingDocument(document),
      annotations: stamp,
    });
    return [
      open(this.options.namespace, { [NAMESPACES]: others.join(',') }),
      ...others.flatMap((name) => [open(name), ...(type === 'SharedSecret' ? [holder(name)] : [])]),
    ];
  }

  /** Compare the stamp, then compare and swap; again when somebody else came first or the answer was lost. */
  private async raise(document: RingDocument, copy: Copy, signal?: AbortSignal): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      const found = await this.find(copy.kind, copy.namespace, copy.name, signal);
      if (found && this.isHighEnough(document, copy, found)) return;
      try {
        await this.write(document, copy, found, signal);
        return;
      } catch (error) {
        if (this.isNowhere(copy, error)) return;
        const again = isApiError(error, 'conflict', 'alreadyExists', 'ambiguous', 'notFound') && attempt < ATTEMPTS;
        if (!again) throw error;
      }
    }
  }

  /** A damaged copy of an own ring is derived, so it is written again, unless its stamp says that it was newer. */
  private isHighEnough({ ring, ringId, generation }: RingDocument, copy: Copy, found: Data): boolean {
    requireClaim(copy.kind, found, { ring, ringId, origin: this.options.namespace });
    const text = textOf(copy.kind, found);
    const stored = Math.max(stampOf(found), generationIn(text));
    if (stored > generation) return true;
    const same = Object.entries(copy.annotations).every(
      ([name, value]) => found.metadata.annotations?.[name] === value,
    );
    return stored === generation && text === copy.text && same;
  }

  private async write(
    document: RingDocument,
    copy: Copy,
    found: Data | undefined,
    signal?: AbortSignal,
  ): Promise<void> {
    const { ring, ringId } = document;
    const { kind, namespace, name } = copy;
    const before = found?.metadata;
    const object = {
      apiVersion: 'v1',
      kind,
      ...(kind === 'Secret' && { type: 'keyturn.dev/ring' }),
      metadata: {
        name,
        namespace,
        ...(before && { resourceVersion: before.resourceVersion, uid: before.uid }),
        labels: { ...before?.labels, ...claimLabels({ ring, ringId, origin: this.options.namespace }) },
        annotations: { ...before?.annotations, ...copy.annotations },
      },
      data: dataOf(copy),
    };
    const call = signal && { signal };
    if (found) await this.api.replace(item(RESOURCE[kind], namespace, name), object, call);
    else await this.api.create(collection(RESOURCE[kind], namespace), object, call);
  }

  /** A consumer namespace that is not there, or goes away, has no new pods that could need a copy. */
  private isNowhere({ namespace }: Copy, error: unknown): boolean {
    if (namespace === this.options.namespace) return false;
    if (!isApiError(error, 'notFound', 'forbidden')) return false;
    return error.detail.about === 'namespaces' || (error.detail.causes ?? []).includes('NamespaceTerminating');
  }

  private find(kind: Copy['kind'], namespace: string, name: string, signal?: AbortSignal): Promise<Data | undefined> {
    return this.api.get<Data>(item(RESOURCE[kind], namespace, name), signal && { signal });
  }
}

const generationIn = (text: string | undefined): number => {
  try {
    return text === undefined ? 0 : parseRingDocument(text).generation;
  } catch {
    return 0;
  }
};
