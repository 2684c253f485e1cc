import { type ApiClient, CONFIG_MAPS, item, type KubeObject, type Resource, SECRETS } from '../api/index.js';
import { requireClaim, requireOwn } from './claims.js';
import { holderName, NAMESPACES, publicName, truthName } from './names.js';

interface Doomed {
  readonly kind: 'Secret' | 'ConfigMap';
  readonly resource: Resource;
  readonly namespace: string;
  readonly name: string;
}

/**
 * Removes what a ring leaves behind when its KeyRing is deleted: its truth, then its copies, then its projection, so that
 * an operator that runs meanwhile sees a truth that is gone, and writes nothing. Objects of other rings stay; throws
 * ForeignObjectError when one has the name. Resolves with what was removed, as `kind namespace/name`.
 */
export async function destroyRing(api: ApiClient, namespace: string, ring: string): Promise<string[]> {
  const projection = await api.get(item(CONFIG_MAPS, namespace, publicName(ring)));
  const truth = await api.get(item(SECRETS, namespace, truthName(ring)));
  const known = truth ?? projection;
  if (!known) return [];
  const claim = {
    ring,
    origin: namespace,
    ringId: requireOwn(truth ? 'Secret' : 'ConfigMap', known, { ring, origin: namespace }),
  };
  const others = (projection?.metadata.annotations?.[NAMESPACES] ?? '').split(',').filter((name) => name !== '');
  const removed: string[] = [];
  for (const { kind, resource, namespace: where, name } of doomed(ring, namespace, others)) {
    const path = item(resource, where, name);
    const found: KubeObject | undefined = await api.get(path);
    if (!found) continue;
    requireClaim(kind, found, claim);
    await api.remove(path, found.metadata.uid === undefined ? {} : { uid: found.metadata.uid });
    removed.push(`${kind} ${where}/${name}`);
  }
  return removed;
}

const doomed = (ring: string, namespace: string, others: readonly string[]): Doomed[] => {
  const secret = (where: string, name: string): Doomed => ({
    kind: 'Secret',
    resource: SECRETS,
    namespace: where,
    name,
  });
  const open = (where: string): Doomed => ({
    kind: 'ConfigMap',
    resource: CONFIG_MAPS,
    namespace: where,
    name: publicName(ring),
  });
  return [
    secret(namespace, truthName(ring)),
    ...others.flatMap((where) => [secret(where, holderName(ring)), open(where)]),
    open(namespace),
  ];
};
