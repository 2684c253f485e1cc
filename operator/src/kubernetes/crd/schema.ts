/** Structural schemas (OpenAPI v3 as CustomResourceDefinitions take it), and the pieces that both kinds are made of. */
export interface Schema {
  readonly type?: 'object' | 'array' | 'string' | 'integer' | 'boolean';
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly enum?: readonly unknown[];
  readonly default?: unknown;
  readonly nullable?: boolean;
  readonly format?: string;
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly 'x-kubernetes-validations'?: readonly Rule[];
  readonly 'x-kubernetes-list-type'?: 'set' | 'map' | 'atomic';
  readonly 'x-kubernetes-list-map-keys'?: readonly string[];
}

/** A rule in the Common Expression Language. With `oldSelf` it holds for changes only. */
export interface Rule {
  readonly rule: string;
  readonly message: string;
  readonly fieldPath?: string;
  readonly reason?: 'FieldValueInvalid' | 'FieldValueForbidden' | 'FieldValueRequired';
}

type More = Omit<Schema, 'type' | 'properties' | 'items'>;

export const object = (properties: Readonly<Record<string, Schema>>, more: More = {}): Schema => ({
  type: 'object',
  ...more,
  properties,
});
export const text = (more: More = {}): Schema => ({ type: 'string', ...more });
export const integer = (more: More = {}): Schema => ({ type: 'integer', ...more });
export const flag = (more: More = {}): Schema => ({ type: 'boolean', ...more });
export const list = (items: Schema, maxItems: number, more: More = {}): Schema => ({
  type: 'array',
  maxItems,
  ...more,
  items,
});
export const time = (description: string): Schema => text({ format: 'date-time', description });

const DURATION = '^([0-9]{1,16}d)?([0-9]{1,16}h)?([0-9]{1,16}m)?([0-9]{1,16}s)?([0-9]{1,16}ms)?$';
const DURATION_SHAPE = { minLength: 2, maxLength: 32, pattern: DURATION };

/** `30s`, `15m`, `1h30m`, `7d`. */
export const duration = (description: string, fallback?: string): Schema =>
  text({ description, ...DURATION_SHAPE, ...(fallback !== undefined && { default: fallback }) });

/** A duration that is longer than 0: some digit of it is. */
export const positiveDuration = (description: string, fallback?: string): Schema => ({
  ...duration(description, fallback),
  'x-kubernetes-validations': [{ rule: "self.matches('[1-9]')", message: 'must be longer than 0' }],
});

const DNS_LABEL = '^[a-z0-9]([-a-z0-9]*[a-z0-9])?$';
export const dnsLabel = (description: string): Schema =>
  text({ description, minLength: 1, maxLength: 63, pattern: DNS_LABEL });
export const objectName = (description: string): Schema =>
  text({ description, minLength: 1, maxLength: 253, pattern: '^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$' });

export const conditions = (description: string): Schema =>
  list(
    object(
      {
        type: text({ maxLength: 316, description: 'What the condition is about.' }),
        status: text({ enum: ['True', 'False', 'Unknown'], description: 'Whether it holds.' }),
        observedGeneration: integer({
          format: 'int64',
          minimum: 0,
          description: 'Generation of the spec it is about.',
        }),
        lastTransitionTime: time('When it last changed.'),
        reason: text({ minLength: 1, maxLength: 1024, description: 'Why, from a closed set.' }),
        message: text({ maxLength: 32768, description: 'Who holds it, and the next command.' }),
      },
      { required: ['type', 'status', 'lastTransitionTime', 'reason', 'message'] },
    ),
    16,
    { description, 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['type'] },
  );

export const laggards = (description: string): Schema =>
  list(
    object({
      name: text({ description: 'The process, as namespace/pod outside the ring’s own namespace.' }),
      role: text({ description: 'issuer, verifier or holder.' }),
      generation: integer({ format: 'int64', description: 'The generation that it has proved.' }),
      why: text({ description: 'Why it is behind, from a closed set.' }),
      detail: text({ description: 'What the process said.' }),
    }),
    MOST_LAGGARDS,
    { description },
  );

/** Processes that are named in a status; the rest is counted. */
export const MOST_LAGGARDS = 20;

/** Grows with each change of a definition: an older program leaves a newer definition alone. */
export const REVISION = 3;
export const REVISION_ANNOTATION = 'keyturn.dev/crd-revision';
/** Of the spec that was applied. */
export const CHECKSUM = 'keyturn.dev/crd-checksum';

export interface CustomResourceDefinition {
  readonly apiVersion: 'apiextensions.k8s.io/v1';
  readonly kind: 'CustomResourceDefinition';
  readonly metadata: { readonly name: string; readonly annotations: Readonly<Record<string, string>> };
  readonly spec: object;
}

interface Definition {
  readonly kind: string;
  readonly plural: string;
  readonly singular: string;
  readonly shortNames: readonly string[];
  readonly columns: readonly object[];
  readonly schema: Schema;
}

export const definition = (about: Definition): CustomResourceDefinition => ({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: `${about.plural}.keyturn.dev`, annotations: { [REVISION_ANNOTATION]: String(REVISION) } },
  spec: {
    group: 'keyturn.dev',
    names: {
      kind: about.kind,
      listKind: `${about.kind}List`,
      plural: about.plural,
      singular: about.singular,
      shortNames: about.shortNames,
      categories: ['keyturn'],
    },
    scope: 'Namespaced',
    versions: [
      {
        name: 'v1alpha1',
        served: true,
        storage: true,
        subresources: { status: {} },
        additionalPrinterColumns: about.columns,
        schema: { openAPIV3Schema: about.schema },
      },
    ],
  },
});
