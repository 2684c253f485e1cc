import { compactVerify, createLocalJWKSet, importJWK, type JSONWebKeySet, type JWK } from 'jose';
import { z } from 'zod';
import { KeyringError } from '@keyturn/keyring';
import {
  parseRingDocument,
  type RingAlgorithm,
  type RingDocument,
  serializeRingDocument,
  SECRET_ALGORITHMS,
  type SecretAlgorithm,
  SIGNING_ALGORITHMS,
  toJwks,
} from '@keyturn/keyring/document';
import { asRingKey, makeCanary } from '../keys/index.js';
import { createRing, type FreshKey, type NewRing } from '../planner/index.js';

export const isSecretAlgorithm = (algorithm: RingAlgorithm): algorithm is SecretAlgorithm =>
  (SECRET_ALGORITHMS as readonly string[]).includes(algorithm);

/** The only key of a private JWKS; anything else is left as it is. Which of several keys signs, a JWKS does not say. */
function onlyKey(given: unknown, context: z.RefinementCtx): unknown {
  if (typeof given !== 'object' || given === null || !('keys' in given)) return given;
  if (Array.isArray(given.keys) && given.keys.length === 1) return given.keys[0];
  context.addIssue({
    code: 'custom',
    message: 'must be a private JWK, or a JWKS with exactly one key: the one that signs',
  });
  return z.NEVER;
}

const privateJwk = z.looseObject({ kty: z.string(), d: z.string() });

/** An existing private JWK, alone or in a JWKS, or secret that becomes generation 1. What either must be is for the ring to say. */
export const importSchema = z
  .strictObject({
    jwk: z.preprocess(onlyKey, privateJwk).optional(),
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

/** What is wrong with a key that was imported for this ring: the field and the rule. Undefined when the ring can begin with it. */
export async function importProblem(ring: Omit<NewRing, 'ringId'>, key: FreshKey): Promise<string | undefined> {
  const trial = createRing({ ...ring, ringId: 'trial' }, key, { ...key, kid: `${key.kid}-2` }, 0);
  const document: RingDocument = { ...trial, keys: trial.keys.slice(0, 1) };
  try {
    const stored = parseRingDocument(serializeRingDocument(document));
    if (key.jwk && stored.form === 'full' && !(await isPair(stored, key.kid)))
      return 'jwk: its private and its public members must be of one key pair';
    return undefined;
  } catch (error) {
    if (error instanceof KeyringError) return error.message.replace('keys[0].', '');
    throw error;
  }
}

/** Whether what the ring signs is verified by the JWKS that it publishes: nobody would notice before the first token. */
async function isPair(ring: RingDocument, kid: string): Promise<boolean> {
  try {
    const published = createLocalJWKSet(toJwks(ring) as unknown as JSONWebKeySet);
    await compactVerify(await makeCanary(ring, kid, 0), published);
    return true;
  } catch {
    return false;
  }
}
