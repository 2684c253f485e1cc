import { isDeepStrictEqual } from 'node:util';
import type { KubeObject } from './helm.js';

/** `networking.k8s.io/v1` NetworkPolicy, as far as the chart uses it. */
interface NetworkPolicy extends KubeObject {
  readonly spec: {
    readonly podSelector: Selector;
    readonly policyTypes: readonly string[];
    readonly ingress?: readonly { readonly from?: readonly Peer[]; readonly ports?: readonly Port[] }[];
    readonly egress?: readonly { readonly to?: readonly Peer[]; readonly ports?: readonly Port[] }[];
  };
}

interface Selector {
  readonly matchLabels?: Readonly<Record<string, string>>;
  readonly matchExpressions?: readonly { readonly key: string; readonly operator: string }[];
}

interface Peer {
  readonly podSelector?: Selector;
  readonly namespaceSelector?: Selector;
  readonly ipBlock?: { readonly cidr: string };
}

interface Port {
  readonly port: number;
  readonly protocol?: string;
}

/** Somebody on the network: a pod of a namespace, or an address outside the cluster. */
export interface Party {
  readonly name: string;
  readonly namespace?: string;
  readonly labels: Readonly<Record<string, string>>;
  /** The only block that an outside address is in. */
  readonly cidr?: string;
}

const NAMESPACE_LABEL = 'kubernetes.io/metadata.name';

const selects = ({ matchLabels = {}, matchExpressions = [] }: Selector, labels: Readonly<Record<string, string>>) => {
  const unknown = matchExpressions.find(({ operator }) => operator !== 'Exists');
  if (unknown) throw new Error(`the operator ${unknown.operator} is not understood here`);
  return (
    Object.entries(matchLabels).every(([key, value]) => labels[key] === value) &&
    matchExpressions.every(({ key }) => key in labels)
  );
};

const matches = (peer: Peer, party: Party, own: string): boolean => {
  if (peer.ipBlock) return party.cidr === peer.ipBlock.cidr;
  if (party.namespace === undefined) return false;
  const inNamespace = peer.namespaceSelector
    ? selects(peer.namespaceSelector, { [NAMESPACE_LABEL]: party.namespace })
    : party.namespace === own;
  return inNamespace && (peer.podSelector === undefined || selects(peer.podSelector, party.labels));
};

/** Whether one side lets a connection through: everything if no policy of the direction selects the pod. */
const lets = (
  policies: readonly NetworkPolicy[],
  way: Way,
  here: Party,
  there: Party,
  port: Port,
  own: string,
): boolean => {
  const selecting = policies.filter(
    ({ spec }) => here.namespace === own && spec.policyTypes.includes(way) && selects(spec.podSelector, here.labels),
  );
  if (selecting.length === 0) return true;
  const rules = selecting.flatMap(({ spec }) =>
    way === 'Ingress'
      ? (spec.ingress ?? []).map(({ from, ports }) => ({ peers: from, ports }))
      : (spec.egress ?? []).map(({ to, ports }) => ({ peers: to, ports })),
  );
  const allowsPort = ({ ports }: { readonly ports: readonly Port[] | undefined }): boolean =>
    ports === undefined ||
    ports.some((allowed) => isDeepStrictEqual({ protocol: 'TCP', ...allowed }, { protocol: 'TCP', ...port }));
  return rules.some((rule) => allowsPort(rule) && (rule.peers?.some((peer) => matches(peer, there, own)) ?? true));
};

type Way = 'Ingress' | 'Egress';

/** Judges connections by the policies among the objects, as a network plugin that enforces them would. */
export const network = (objects: readonly KubeObject[], own: string) => {
  const policies = objects.filter(({ kind }) => kind === 'NetworkPolicy') as NetworkPolicy[];
  return (from: Party, to: Party, port: number, protocol = 'TCP'): boolean =>
    lets(policies, 'Egress', from, to, { port, protocol }, own) &&
    lets(policies, 'Ingress', to, from, { port, protocol }, own);
};
