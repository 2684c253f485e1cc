interface ContainerState {
  readonly waiting?: { readonly reason?: string; readonly message?: string };
  readonly terminated?: { readonly reason?: string; readonly message?: string; readonly exitCode: number };
}

interface ContainerStatus {
  readonly name: string;
  readonly ready: boolean;
  readonly restartCount: number;
  readonly state?: ContainerState;
  readonly lastState?: ContainerState;
}

/** `v1` Pod, as far as it says whether it is ready, and why not. */
export interface PodState {
  readonly metadata: { readonly name: string; readonly deletionTimestamp?: string };
  readonly status?: {
    readonly phase?: string;
    readonly reason?: string;
    readonly message?: string;
    readonly conditions?: readonly {
      readonly type: string;
      readonly status: string;
      readonly reason?: string;
      readonly message?: string;
    }[];
    readonly initContainerStatuses?: readonly ContainerStatus[];
    readonly containerStatuses?: readonly ContainerStatus[];
  };
}

const joined = (...words: readonly (string | undefined)[]): string => words.filter((word) => word).join(': ');

const ofState = ({ waiting, terminated }: ContainerState): string =>
  terminated
    ? joined(`ended with ${terminated.exitCode}`, terminated.reason, terminated.message)
    : joined(waiting?.reason, waiting?.message);

const ofContainer = ({ name, ready, restartCount, state = {}, lastState = {} }: ContainerStatus): string[] => {
  const isDone = state.terminated?.exitCode === 0;
  if (ready || isDone) return [];
  const last = ofState(lastState);
  const restarts = restartCount > 0 ? `${restartCount} restarts${last && `, before that it ${last}`}` : '';
  return [`${name}: ${[ofState(state) || 'runs and is not ready', restarts].filter((word) => word).join('; ')}`];
};

/** Pods that are not ready, each with every reason that its status gives, in one line. Those on their way out are left out. */
export const podTroubles = (pods: readonly PodState[]): { readonly pod: string; readonly why: string }[] =>
  pods.flatMap(({ metadata, status = {} }) => {
    const { phase = 'Unknown', conditions = [], initContainerStatuses = [], containerStatuses = [] } = status;
    const isReady = conditions.some(({ type, status: value }) => type === 'Ready' && value === 'True');
    if (isReady || phase === 'Succeeded' || metadata.deletionTimestamp !== undefined) return [];
    const refused = conditions.filter(({ type, status: value }) => type === 'PodScheduled' && value === 'False');
    const reasons = [
      joined(phase, status.reason, status.message),
      ...refused.map(({ reason, message }) => joined(reason, message)),
      ...[...initContainerStatuses, ...containerStatuses].flatMap(ofContainer),
    ];
    return [{ pod: metadata.name, why: reasons.join('; ') }];
  });
