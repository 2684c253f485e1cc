import { createHash } from 'node:crypto';
import type { AnyRingDocument } from '@keyturn/keyring/document';
import type { KubeObject, Resource } from '../api/index.js';

/** `metav1.LabelSelector`: all of it has to hold. */
export interface LabelSelector {
  readonly matchLabels?: Readonly<Record<string, string>>;
  readonly matchExpressions?: readonly {
    readonly key: string;
    readonly operator: string;
    readonly values?: readonly string[];
  }[];
}

/** Which pods a workload has cannot be told: none of them must be left out by accident. */
export class SelectorError extends Error {
  override readonly name = 'SelectorError';
  readonly code = 'ERR_RECORD_FILE';
}

/** A workload that reads the ring when it starts, and never again. */
export interface WorkloadObject extends KubeObject {
  readonly spec?: {
    readonly selector?: LabelSelector;
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

type Expression = NonNullable<LabelSelector['matchExpressions']>[number];

/** As `labelSelector` of a list has it. */
const EXPRESSIONS: Readonly<Record<string, (about: Expression) => string>> = {
  In: ({ key, values = [] }) => `${key} in (${values.join()})`,
  NotIn: ({ key, values = [] }) => `${key} notin (${values.join()})`,
  Exists: ({ key }) => key,
  DoesNotExist: ({ key }) => `!${key}`,
};

/** The pods of a workload, as `labelSelector` of a list. Throws SelectorError when that would be all, or cannot be said. */
export function selectorOf({ metadata, spec }: WorkloadObject): string {
  const { matchLabels = {}, matchExpressions = [] } = spec?.selector ?? {};
  const expressions = matchExpressions.map((expression) => {
    const say = EXPRESSIONS[expression.operator];
    if (say) return say(expression);
    const known = Object.keys(EXPRESSIONS).join(', ');
    throw new SelectorError(`${metadata.name}: spec.selector.matchExpressions: operator must be one of ${known}`);
  });
  const all = [...Object.entries(matchLabels).map(([name, value]) => `${name}=${value}`), ...expressions];
  if (all.length === 0)
    throw new SelectorError(`${metadata.name}: spec.selector: must not be empty, it means every pod`);
  return all.join();
}
