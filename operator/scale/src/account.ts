import { mkdtemp, writeFile } from 'node:fs/promises';
import type { Agent } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type ApiClient,
  type Connection,
  collection,
  consumerNamespaceRules,
  item,
  type KubeObject,
  operatorRules,
  type PolicyRule,
  type Resource,
} from '@keyturn/operator/kubernetes';

const ACCOUNTS: Resource = { group: '', version: 'v1', plural: 'serviceaccounts' };
const RBAC = (plural: string): Resource => ({ group: 'rbac.authorization.k8s.io', version: 'v1', plural });

interface Token extends KubeObject {
  readonly status?: { readonly token?: string };
}

/** What an account may work on. */
export interface Granted {
  readonly rings: readonly string[];
  /** Those of them that are shared secrets: holders elsewhere get copies. */
  readonly shared?: readonly string[];
  /** The ring's namespace, then those of further consumers. */
  readonly namespaces: readonly string[];
}

export const OPERATOR_ACCOUNT = 'keyturn-operator';

async function grant(api: ApiClient, where: string, home: string, rules: readonly PolicyRule[]): Promise<void> {
  const metadata = { name: OPERATOR_ACCOUNT };
  await api.create(collection(RBAC('roles'), where), { metadata, rules });
  await api.create(collection(RBAC('rolebindings'), where), {
    metadata,
    subjects: [{ kind: 'ServiceAccount', name: OPERATOR_ACCOUNT, namespace: home }],
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: OPERATOR_ACCOUNT },
  });
}

/** Lets the account work in every namespace as in those that were named: the same objects, by the same names. */
export async function grantEverywhere(api: ApiClient, { rings, shared = [], namespaces }: Granted): Promise<void> {
  const [home = ''] = namespaces;
  const metadata = { name: `${OPERATOR_ACCOUNT}-${home}` };
  await api.create(collection(RBAC('clusterroles')), { metadata, rules: consumerNamespaceRules(rings, shared) });
  await api.create(collection(RBAC('clusterrolebindings')), {
    metadata,
    subjects: [{ kind: 'ServiceAccount', name: OPERATOR_ACCOUNT, namespace: home }],
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: metadata.name },
  });
}

/**
 * A service account that may do what the chart's Roles allow, and nothing else. Resolves with the folder that its pod would
 * have: authority, token, namespace.
 */
export async function operatorAccount(
  { api, connection }: { readonly api: ApiClient; readonly connection: Connection },
  { rings, shared = [], namespaces }: Granted,
): Promise<string> {
  const [home = '', ...others] = namespaces;
  await api.create(collection(ACCOUNTS, home), { metadata: { name: OPERATOR_ACCOUNT } });
  await grant(api, home, home, operatorRules({ rings }));
  for (const where of others) await grant(api, where, home, consumerNamespaceRules(rings, shared));
  const spec = { expirationSeconds: 4 * 3_600 };
  const { status } = await api.create<Token>(item(ACCOUNTS, home, OPERATOR_ACCOUNT, 'token'), { spec });
  const { agent } = await connection.credentials(false);
  const folder = await mkdtemp(join(tmpdir(), 'keyturn-account-'));
  const files = { 'ca.crt': String((agent as Agent).options.ca), token: status?.token ?? '', namespace: home };
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text, { mode: 0o600 });
  return folder;
}
