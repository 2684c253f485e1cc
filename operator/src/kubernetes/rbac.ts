import { workloadResource } from './rollout/index.js';
import { holderName, publicName, truthName } from './truth/index.js';

/** `rbac.authorization.k8s.io/v1` PolicyRule. */
export interface PolicyRule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
  readonly resourceNames?: readonly string[];
}

export interface GrantedRings {
  /** Names of the rings; absent = any, so that a KeyRing can be added without an edit of the Role. */
  readonly rings?: readonly string[];
  /** Secrets that rings import their first key from. */
  readonly imports?: readonly string[];
  /** Workloads that prove a ring by a rollout: the only ones that the operator may change. */
  readonly rollouts?: readonly { readonly kind: string; readonly name: string }[];
  /** Name of the Lease. */
  readonly lease?: string;
}

const rule = (
  group: string,
  resources: readonly string[],
  verbs: readonly string[],
  names?: readonly string[],
): PolicyRule => ({
  apiGroups: [group],
  resources,
  verbs,
  ...(names && { resourceNames: names }),
});

/** Names cannot restrict `create`; a Secret of another name that it could make would be one that nobody has. */
const CREATE = ['create'];
const SWAP = ['get', 'update'];

/** What the operator may do in its own namespace. Secrets by name where the rings are known; it never lists or watches them. */
export function operatorRules({
  rings,
  imports = [],
  rollouts = [],
  lease = 'keyturn-operator',
}: GrantedRings = {}): PolicyRule[] {
  const secrets = rings
    ? [
        rule('', ['secrets'], SWAP, rings.map(truthName)),
        ...(imports.length > 0 ? [rule('', ['secrets'], ['get'], imports)] : []),
      ]
    : [rule('', ['secrets'], SWAP)];
  return [
    rule('keyturn.dev', ['keyrings'], ['get', 'list', 'watch']),
    rule('keyturn.dev', ['keyrings/status'], ['update']),
    rule('keyturn.dev', ['keyrotations'], ['get', 'list', 'watch', 'create', 'delete']),
    rule('keyturn.dev', ['keyrotations/status'], ['update']),
    rule('', ['secrets'], CREATE),
    ...secrets,
    rule('', ['configmaps'], ['list', 'watch', 'create']),
    rule('', ['configmaps'], SWAP, rings?.map(publicName)),
    rule('', ['pods'], ['list']),
    rule('', ['events'], CREATE),
    rule('coordination.k8s.io', ['leases'], CREATE),
    rule('coordination.k8s.io', ['leases'], SWAP, [lease]),
    ...rollouts.map(({ kind, name }) => rule('apps', [workloadResource(kind).plural], ['get', 'patch'], [name])),
  ];
}

/** What it may do in a further namespace with consumers of these rings; `shared`: those of shared secrets. */
export function consumerNamespaceRules(rings: readonly string[], shared: readonly string[] = []): PolicyRule[] {
  return [
    rule('', ['pods'], ['list']),
    rule('', ['configmaps'], CREATE),
    rule('', ['configmaps'], SWAP, rings.map(publicName)),
    ...(shared.length > 0 ? [rule('', ['secrets'], CREATE), rule('', ['secrets'], SWAP, shared.map(holderName))] : []),
  ];
}

/**
 * What the issuer's admin API may do in the namespace of the rings: see them, and ask. A patch can only say `abort`, since
 * the rest of a run is immutable.
 */
export const administrationRules = (): PolicyRule[] => [
  rule('keyturn.dev', ['keyrings'], ['get', 'list']),
  rule('keyturn.dev', ['keyrotations'], ['get', 'list', 'create', 'patch']),
];
