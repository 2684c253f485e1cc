/** Objects of the API as they stand on the wire, as far as this operator uses them. Times are RFC 3339. */
export interface ObjectMeta {
  readonly name: string;
  readonly namespace?: string;
  readonly uid?: string;
  readonly resourceVersion?: string;
  /** Grows with each change of the spec. */
  readonly generation?: number;
  readonly creationTimestamp?: string;
  readonly deletionTimestamp?: string;
  readonly generateName?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly ownerReferences?: readonly { readonly kind: string; readonly name: string; readonly controller?: boolean }[];
}

export interface KubeObject {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata: ObjectMeta;
}

export interface Page<T> {
  readonly items: readonly T[];
  /** Of the whole list: where a watch of it begins. */
  readonly resourceVersion: string;
}

export interface WatchEvent<T> {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK';
  readonly object: T;
}

export interface Secret extends KubeObject {
  readonly type?: string;
  /** base64. */
  readonly data?: Readonly<Record<string, string>>;
}

export interface ConfigMap extends KubeObject {
  readonly data?: Readonly<Record<string, string>>;
}

/** Which kind of object: the part of its path. */
export interface Resource {
  /** Empty for the core group. */
  readonly group: string;
  readonly version: string;
  readonly plural: string;
}

const core = (plural: string): Resource => ({ group: '', version: 'v1', plural });
const own = (plural: string): Resource => ({ group: 'keyturn.dev', version: 'v1alpha1', plural });

export const SECRETS = core('secrets');
export const CONFIG_MAPS = core('configmaps');
export const PODS = core('pods');
export const EVENTS = core('events');
export const LEASES: Resource = { group: 'coordination.k8s.io', version: 'v1', plural: 'leases' };
export const KEY_RINGS = own('keyrings');
export const KEY_ROTATIONS = own('keyrotations');
export const CUSTOM_RESOURCES: Resource = {
  group: 'apiextensions.k8s.io',
  version: 'v1',
  plural: 'customresourcedefinitions',
};

/** `/apis/keyturn.dev/v1alpha1/namespaces/shop/keyrings`; without a namespace, of the cluster. */
export function collection({ group, version, plural }: Resource, namespace?: string): string {
  const root = group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
  return `${root}${namespace === undefined ? '' : `/namespaces/${encodeURIComponent(namespace)}`}/${plural}`;
}

export const item = (resource: Resource, namespace: string | undefined, name: string, subresource?: string): string =>
  `${collection(resource, namespace)}/${encodeURIComponent(name)}${subresource === undefined ? '' : `/${subresource}`}`;

/**
 * Whether a resourceVersion is newer than another one of the same kind of object. They are documented to be comparable
 * as numbers; one that is no number counts as newer, so that nothing new is passed over.
 */
export function isNewer(candidate: string | undefined, known: string | undefined): boolean {
  if (candidate === undefined || known === undefined) return true;
  if (!/^\d+$/.test(candidate) || !/^\d+$/.test(known)) return candidate !== known;
  return BigInt(candidate) > BigInt(known);
}
