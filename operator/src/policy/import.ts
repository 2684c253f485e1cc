import { importJWK, type JWK } from 'jose';
import { z } from 'zod';
import { KeyringError } from '@keyturn/keyring';
import {
  type RingAlgorithm,
  type RingDocument,
  serializeRingDocument,
  SECRET_ALGORITHMS,
  type SecretAlgorithm,
  SIGNING_ALGORITHMS,
} from '@keyturn/keyring/document';
import { asRingKey } from '../keys/index.js';
import { createRing, type FreshKey, type NewRing } from '../planner/index.js';

export const isSecretAlgorithm = (algorithm: RingAlgorithm): algorithm is SecretAlgorithm =>
  (SECRET_ALGORITHMS as readonly string[]).includes(algorithm);

/** An existing private JWK or secret that becomes generation 1. What either must be is for the ring to say. */
export const importSchema = z
  .strictObject({
    jwk: z.looseObject({ kty: z.string(), d: z.string() }).optional(),
    secret: z.string().optional(),
    kid: z
      .string()
      .regex(/^[\x21-\x7e]{1,256}$/, 'must be 1 to 256 printable ASCII characters without spaces')
      .optional(),
  })
  .refine(({ jwk, secret }) => (jwk === undefined) !== (secret === undefined), 'must have either jwk or secret');

type Imported = { readonly key: FreshKey; readonly problem?: undefined } | { readonly problem: string };

/** The key that a ring begins with; a problem names the rule that it breaks, never the key. */
export async function importedKey(
  algorithm: RingAlgorithm,
  { jwk, secret, kid }: z.infer<typeof importSchema>,
): Promise<Imported> {
  if (isSecretAlgorithm(algorithm)) {
    if (secret === undefined) return { problem: `must have a secret for the algorithm ${algorithm}` };
    return { key: { kid: kid ?? 'imported', secret } };
  }
  if (!jwk) return { problem: `must have a jwk for the algorithm ${algorithm}` };
  const signing = SIGNING_ALGORITHMS.find((name) => name === algorithm) ?? 'ES256';
  try {
    await importJWK(jwk as JWK, signing);
    return { key: await asRingKey({ ...jwk, ...(kid !== undefined && { kid }) } as JWK, signing) };
  } catch {
    return { problem: `jwk: must be a private key for the algorithm ${signing}` };
  }
}

/** What the ring would refuse about a key that was imported: the field and the rule. Undefined when it takes it. */
export function importProblem(ring: Omit<NewRing, 'ringId'>, key: FreshKey): string | undefined {
  const trial = createRing({ ...ring, ringId: 'trial' }, key, { ...key, kid: `${key.kid}-2` }, 0);
  const document: RingDocument = { ...trial, keys: trial.keys.slice(0, 1) };
  try {
    serializeRingDocument(document);
    return undefined;
  } catch (error) {
    if (error instanceof KeyringError) return error.message.replace('keys[0].', '');
    throw error;
  }
}
