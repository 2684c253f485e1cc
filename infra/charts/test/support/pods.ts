import type { KubeObject } from './helm.js';

export interface Variable {
  readonly name: string;
  readonly value?: string;
  readonly valueFrom?: object;
}

export interface Container {
  readonly name: string;
  readonly image?: string;
  readonly args?: readonly string[];
  readonly env?: readonly Variable[];
  readonly ports?: readonly { readonly name: string; readonly hostPort?: number }[];
  readonly securityContext?: Readonly<Record<string, unknown>>;
  readonly resources?: { readonly limits?: { readonly memory?: string }; readonly requests?: object };
  readonly lifecycle?: { readonly preStop?: { readonly sleep?: { readonly seconds: number } } };
  readonly livenessProbe?: Container['readinessProbe'];
  readonly readinessProbe?: { readonly httpGet?: { readonly path: string; readonly port: string } };
  readonly volumeMounts?: readonly { readonly name: string; readonly mountPath: string }[];
}

export interface PodSpec {
  readonly containers: readonly Container[];
  readonly initContainers?: readonly Container[];
  readonly volumes?: readonly Readonly<Record<string, unknown>>[];
  readonly securityContext?: Readonly<Record<string, unknown>>;
  readonly automountServiceAccountToken?: boolean;
  readonly serviceAccountName?: string;
  readonly terminationGracePeriodSeconds?: number;
  readonly hostNetwork?: boolean;
  readonly hostPID?: boolean;
  readonly hostIPC?: boolean;
}

export interface RenderedPod {
  /** Kind and name of the object that makes it. */
  readonly of: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly spec: PodSpec;
}

interface Workload extends KubeObject {
  readonly spec: PodSpec & {
    readonly template?: { readonly metadata: KubeObject['metadata']; readonly spec: PodSpec };
  };
}

/** Every pod that the objects make: of workloads, jobs, hooks. */
export const podsOf = (objects: readonly KubeObject[]): RenderedPod[] =>
  objects.flatMap((object) => {
    const { kind, metadata, spec } = object as Workload;
    const of = `${kind} ${metadata.name}`;
    if (kind === 'Pod') return { of, labels: metadata.labels ?? {}, spec };
    if (!spec?.template?.spec) return [];
    return { of, labels: spec.template.metadata.labels ?? {}, spec: spec.template.spec };
  });

export const allContainers = ({ spec }: RenderedPod): Container[] => [
  ...(spec.initContainers ?? []),
  ...spec.containers,
];

export const podNamed = (objects: readonly KubeObject[], of: string): RenderedPod => {
  const pods = podsOf(objects);
  const pod = pods.find((candidate) => candidate.of === of);
  if (!pod) throw new Error(`there is no pod of ${of} among ${pods.map((candidate) => candidate.of).join(', ')}`);
  return pod;
};
