import type { Acknowledgements } from '../../records/index.js';
import type { KubeObject } from '../api/index.js';

/** The custom resources as they stand on the wire; `../crd` is what the API server holds them to. */
export interface KeyRing extends KubeObject {
  readonly spec: KeyRingSpec;
  readonly status?: KeyRingStatus;
}

export interface KeyRingSpec {
  readonly consumers?: {
    readonly namespaces?: readonly string[];
    readonly workloads?: readonly Workload[];
  };
  readonly import?: { readonly secretRef: { readonly name: string } };
}

export interface Workload {
  readonly kind: string;
  readonly name: string;
  readonly proof: 'Rollout' | 'MaxAge';
  /** A duration. */
  readonly after?: string;
}

export interface ConditionStatus {
  readonly type: string;
  readonly status: 'True' | 'False';
  readonly reason: string;
  readonly message: string;
  readonly lastTransitionTime: string;
  readonly observedGeneration?: number;
}

export interface LaggardStatus {
  readonly name: string;
  readonly generation: number;
  readonly why: string;
  readonly role?: string;
  readonly detail?: string;
}

export interface KeyRingStatus {
  readonly observedGeneration?: number;
  readonly conditions?: readonly ConditionStatus[];
  readonly ringId?: string;
  readonly generation?: number;
  readonly activeKid?: string | null;
  readonly liveKeys?: number;
  readonly keys?: readonly object[];
  readonly consumers?: {
    readonly total: number;
    readonly current: number;
    readonly lagging: readonly LaggardStatus[];
  };
  readonly nextRotation?: string;
  readonly earliestActivation?: string;
  readonly earliestRetirement?: string;
  readonly currentRun?: string;
  readonly queuedRun?: string;
}

export interface KeyRotation extends KubeObject {
  readonly spec: KeyRotationSpec;
  readonly status?: KeyRotationStatus;
}

export interface KeyRotationSpec {
  readonly ringRef: { readonly name: string };
  readonly reason?: 'Scheduled' | 'Manual' | 'Compromised';
  readonly revoke?: { readonly keys?: readonly string[]; readonly all?: true };
  readonly retire?: { readonly key: string };
  readonly recover?: true;
  readonly abort?: true;
}

export interface Refused {
  readonly reason: string;
  readonly message: string;
  readonly earliest?: string;
}

export interface KeyRotationStatus {
  readonly observedGeneration?: number;
  readonly conditions?: readonly ConditionStatus[];
  readonly phase?: string;
  readonly requestedBy?: string;
  readonly replaces?: string | null;
  readonly timeline?: readonly { readonly at: string; readonly event: string; readonly message?: string }[];
  readonly acks?: Acknowledgements & { readonly text?: string };
  readonly waitingFor?: readonly LaggardStatus[];
  readonly kids?: readonly string[];
  readonly provenBy?: readonly string[];
  readonly provenByMore?: number;
  readonly unproven?: readonly string[];
  readonly emergency?: object;
  readonly refused?: Refused;
  readonly abort?: { readonly phase: 'Complete' | 'Refused'; readonly at: string; readonly refused?: Refused };
}

/** Who asked, next to what Kubernetes itself knows: `cli`, `schedule`, the id of an administrator. */
export const REQUESTED_BY = 'keyturn.dev/requested-by';
/** When it was asked for, to the millisecond; Kubernetes keeps seconds. */
export const REQUESTED_AT = 'keyturn.dev/requested-at';
