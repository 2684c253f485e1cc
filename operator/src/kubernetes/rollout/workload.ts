import { createHash } from 'node:crypto';
import type { AnyRingDocument } from '@keyturn/keyring/document';
import type { KubeObject, Resource } from '../api/index.js';

/** A workload that reads the ring when it starts, and never again. */
export interface WorkloadObject extends KubeObject {
  readonly spec?: {
    readonly selector?: { readonly matchLabels?: Readonly<Record<string, string>> };
    readonly template?: { readonly metadata?: { readonly annotations?: Readonly<Record<string, string>> } };
  };
  readonly status?: { readonly observedGeneration?: number };
}

const PLURALS: Readonly<Record<string, string>> = {
  Deployment: 'deployments',
  StatefulSet: 'statefulsets',
  DaemonSet: 'daemonsets',
};

export const workloadResource = (kind: string): Resource => ({
  group: 'apps',
  version: 'v1',
  plural: PLURALS[kind] ?? 'deployments',
});

/** Annotation of the pod template, and so of every pod that was made from it. */
export const checksumAnnotation = (ring: string): string => `checksum.keyturn.dev/${ring}`;

/**
 * What a process that starts now has to know: which key signs, which one may sign next, which ones are compromised. A key
 * that only drains, or is retired, is no reason to start anything again.
 */
export function checksumOf({ ringId, keys }: AnyRingDocument): string {
  const bucket = (state: string): string => (state === 'revoked' ? 'compromised' : state);
  const told = keys
    .filter(({ state }) => state !== 'draining' && state !== 'retired')
    .map(({ kid, state }) => `${bucket(state)} ${kid}`)
    .sort();
  return createHash('sha256')
    .update([ringId, ...told].join('\n'))
    .digest('hex')
    .slice(0, 32);
}

/** Whether every pod that there is was made with this checksum, and the workload's controller knows of it. */
export function isRolledOut(
  workload: WorkloadObject,
  pods: readonly KubeObject[],
  annotation: string,
  checksum: string,
): boolean {
  const { metadata, spec, status } = workload;
  if (spec?.template?.metadata?.annotations?.[annotation] !== checksum) return false;
  if ((status?.observedGeneration ?? 0) < (metadata.generation ?? 0)) return false;
  return pods.every((pod) => pod.metadata.annotations?.[annotation] === checksum);
}

export const selectorOf = ({ spec }: WorkloadObject): string =>
  Object.entries(spec?.selector?.matchLabels ?? {})
    .map(([name, value]) => `${name}=${value}`)
    .join();
