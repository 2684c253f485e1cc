import { createHash } from 'node:crypto';
import { type ApiClient, collection, CUSTOM_RESOURCES, item, type KubeObject } from '../api/index.js';
import { CHECKSUM, type CustomResourceDefinition, DEFINITIONS, REVISION, REVISION_ANNOTATION } from './index.js';

export type Applied = 'created' | 'updated' | 'current' | 'newer';

/** What a definition says, in one word. */
export const checksumOfDefinition = ({ spec }: Pick<CustomResourceDefinition, 'spec'>): string =>
  createHash('sha256').update(JSON.stringify(spec)).digest('hex').slice(0, 16);

/** What becomes of a definition that is there: an older program must not take away fields that a newer one uses. Pure. */
export function verdict(found: KubeObject | undefined, definition: CustomResourceDefinition): Applied {
  if (!found) return 'created';
  const revision = Number(found.metadata.annotations?.[REVISION_ANNOTATION] ?? 0);
  if (revision > REVISION) return 'newer';
  const same = found.metadata.annotations?.[CHECKSUM] === checksumOfDefinition(definition);
  return revision === REVISION && same ? 'current' : 'updated';
}

/** Brings the custom resources of a cluster up to those of this program. */
export async function applyDefinitions(api: ApiClient): Promise<readonly { name: string; applied: Applied }[]> {
  const results: { name: string; applied: Applied }[] = [];
  for (const definition of DEFINITIONS) {
    const { name } = definition.metadata;
    const path = item(CUSTOM_RESOURCES, undefined, name);
    const found = await api.get(path);
    const applied = verdict(found, definition);
    const metadata = {
      ...found?.metadata,
      ...definition.metadata,
      annotations: {
        ...found?.metadata.annotations,
        ...definition.metadata.annotations,
        [CHECKSUM]: checksumOfDefinition(definition),
      },
    };
    if (applied === 'created') await api.create(collection(CUSTOM_RESOURCES), { ...definition, metadata });
    if (applied === 'updated') await api.replace(path, { ...definition, metadata });
    results.push({ name, applied });
  }
  return results;
}
