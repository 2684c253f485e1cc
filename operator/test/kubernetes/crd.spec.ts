import { describe, expect, it } from '@jest/globals';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CRD_FOLDER, fileOf, yamlOf } from '../../src/kubernetes/crd/generate.js';
import { checksumOfDefinition, verdict } from '../../src/kubernetes/crd/apply.js';
import { CHECKSUM, DEFINITIONS, HEADER, REVISION, REVISION_ANNOTATION } from '../../src/kubernetes/crd/index.js';
import { readKeyRing } from '../../src/kubernetes/driver/keyring-policy.js';
import type { Schema } from '../../src/kubernetes/crd/schema.js';
import type { KeyRing } from '../../src/kubernetes/driver/index.js';
import { parsePolicy } from '../../src/local/index.js';

/** The definitions that were released last. */
const KNOWN_REVISION = {
  REVISION: 3,
  'keyrings.keyturn.dev': 'f48483f73e8e12c2',
  'keyrotations.keyturn.dev': '7e5e01aa4d759172',
};

interface Spec {
  readonly versions: readonly [{ readonly schema: { readonly openAPIV3Schema: Schema } }];
}

const schemaOf = (plural: string): Schema => {
  const found = DEFINITIONS.find(({ metadata }) => metadata.name.startsWith(`${plural}.`));
  const spec = found?.spec as Spec;
  return spec.versions[0].schema.openAPIV3Schema.properties?.spec ?? {};
};

/** What the API server does with defaults. */
function withDefaults(schema: Schema, value: unknown): unknown {
  if (value === undefined) return schema.default === undefined ? undefined : withDefaults(schema, schema.default);
  if (!schema.properties || typeof value !== 'object' || value === null) return value;
  const given = value as Record<string, unknown>;
  const filled = Object.entries(schema.properties).map(([name, property]) => [
    name,
    withDefaults(property, given[name]),
  ]);
  return { ...given, ...Object.fromEntries(filled.filter(([, member]) => member !== undefined)) };
}

describe('the custom resource definitions', () => {
  it('are in the chart as they are in the code', async () => {
    expect((await readdir(CRD_FOLDER)).sort()).toEqual(DEFINITIONS.map(fileOf).sort());
    for (const definition of DEFINITIONS) {
      const text = await readFile(join(CRD_FOLDER, fileOf(definition)), 'utf8');
      expect(text).toBe(yamlOf(definition));
      expect(text.startsWith(HEADER)).toBe(true);
    }
  });

  it('have a revision of their own: a change needs a higher one', () => {
    const checksums = Object.fromEntries(DEFINITIONS.map((one) => [one.metadata.name, checksumOfDefinition(one)]));
    expect({ REVISION, ...checksums }).toEqual(KNOWN_REVISION);
  });

  it('are never taken back to an older revision', () => {
    const [definition] = DEFINITIONS;
    if (!definition) throw new Error('there is none');
    const stored = (revision: string, checksum = checksumOfDefinition(definition)) => ({
      metadata: { name: 'x', annotations: { [REVISION_ANNOTATION]: revision, [CHECKSUM]: checksum } },
    });
    expect(verdict(undefined, definition)).toBe('created');
    expect(verdict({ metadata: { name: 'x' } }, definition)).toBe('updated');
    expect(verdict(stored(String(REVISION - 1)), definition)).toBe('updated');
    expect(verdict(stored(String(REVISION)), definition)).toBe('current');
    expect(verdict(stored(String(REVISION), 'edited'), definition)).toBe('updated');
    expect(verdict(stored(String(REVISION + 1), 'edited'), definition)).toBe('newer');
  });

  it('have the same defaults as a policy on one machine', async () => {
    const least = { type: 'SigningKey', algorithm: 'ES256' };
    const spec = withDefaults(schemaOf('keyrings'), least);
    expect(spec).toMatchObject({ maxCredentialLifetime: '15m', rotation: { historyLimit: 10 } });
    const keyRing = { metadata: { name: 'tokens' }, spec } as unknown as KeyRing;
    expect(await readKeyRing(keyRing)).toEqual(await parsePolicy('tokens', least));
  });

  it('know every field that the operator reads, and no other', async () => {
    const names = Object.keys(schemaOf('keyrings').properties ?? {});
    const spec = { type: 'SigningKey', algorithm: 'ES256', unknown: 1 };
    const refused = await readKeyRing({ metadata: { name: 'tokens' }, spec } as unknown as KeyRing);
    expect(refused).toEqual({ problems: [expect.stringContaining('unknown')] });
    const known = ['type', 'algorithm', 'issuer', 'maxCredentialLifetime', 'clockSkew', 'clockError', 'rotation'];
    expect(names.sort()).toEqual([...known, 'consumers', 'safety', 'stalledAfter', 'encryptsData', 'import'].sort());
  });
});
