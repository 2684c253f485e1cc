import { keyRingDefinition } from './keyring.js';
import { keyRotationDefinition } from './keyrotation.js';
import type { CustomResourceDefinition } from './schema.js';

export { MOST_PROVEN_BY } from './keyrotation.js';
export { CHECKSUM, type CustomResourceDefinition, MOST_LAGGARDS, REVISION, REVISION_ANNOTATION } from './schema.js';

/** Every custom resource: what `charts/keyturn/crds` is made from. */
export const DEFINITIONS: readonly CustomResourceDefinition[] = [keyRingDefinition, keyRotationDefinition];

export const HEADER = '# Made from operator/src/kubernetes/crd by: npm run crds -w operator\n';
