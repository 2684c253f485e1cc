import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stringify } from 'yaml';
import { type CustomResourceDefinition, DEFINITIONS, HEADER } from './index.js';

/** Where the chart has them. */
export const CRD_FOLDER = fileURLToPath(new URL('../../../../charts/keyturn/crds', import.meta.url));

export const fileOf = ({ metadata }: CustomResourceDefinition): string => `${metadata.name}.yaml`;
export const yamlOf = (definition: CustomResourceDefinition): string =>
  HEADER + stringify(definition, { lineWidth: 0, aliasDuplicateObjects: false });

/** Writes the chart's CRDs. */
export async function generate(folder: string = CRD_FOLDER): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const definition of DEFINITIONS) await writeFile(join(folder, fileOf(definition)), yamlOf(definition));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await generate();
