import { createLocalJWKSet, decodeProtectedHeader, errors, type JWK, jwtVerify } from 'jose';
import type { PublicRingDocument } from '@keyturn/keyring/document';
import type { Backend } from '../backend.js';
import { CommandError, EXIT, type ExitCode } from '../exit-codes.js';
import type { Output } from '../output.js';

const MAX_TOKEN_BYTES = 16_384;

/** The token comes on standard input, so that it is in no process list and no shell history. */
export async function readToken(input: AsyncIterable<Buffer | string>): Promise<string> {
  let text = '';
  for await (const chunk of input) {
    text += String(chunk);
    if (text.length > MAX_TOKEN_BYTES) throw new CommandError('A token is 16 KiB at most.', EXIT.usage);
  }
  const token = text.trim().replace(/^Bearer\s+/i, '');
  if (token === '') throw new CommandError('Give the token on standard input: keyturn verify < token.txt', EXIT.usage);
  return token;
}

interface Finding {
  readonly valid: boolean;
  readonly ring?: string;
  readonly kid?: string;
  /** State of the key in its ring. */
  readonly state?: string;
  readonly reason?: string;
  readonly claims?: Readonly<Record<string, unknown>>;
}

function kidOf(token: string): string | undefined {
  try {
    return decodeProtectedHeader(token).kid;
  } catch {
    throw new CommandError('This is not a JSON Web Token.', EXIT.refused);
  }
}

async function check(token: string, ring: PublicRingDocument): Promise<Omit<Finding, 'ring' | 'kid' | 'state'>> {
  const keys = ring.keys.flatMap(({ jwk }) => (jwk ? [jwk as unknown as JWK] : []));
  const options = {
    algorithms: [ring.algorithm],
    clockTolerance: ring.settings.clockSkewMs / 1000,
    ...(ring.issuer !== undefined && { issuer: ring.issuer }),
  };
  try {
    const { payload } = await jwtVerify(token, createLocalJWKSet({ keys }), options);
    return { valid: true, claims: payload };
  } catch (error) {
    if (error instanceof errors.JOSEError) return { valid: false, reason: error.message };
    throw error;
  }
}

async function find(backend: Backend, token: string): Promise<Finding> {
  const kid = kidOf(token);
  if (kid === undefined) return { valid: false, reason: 'the header names no key (kid)' };
  for (const { ring } of await backend.rings()) {
    const document = await backend.publicDocument(ring);
    const key = document?.keys.find((entry) => entry.kid === kid);
    if (!document || !key) continue;
    if (document.type !== 'SigningKey') {
      return { valid: false, ring, kid, state: key.state, reason: 'only holders of the shared secret can verify it' };
    }
    return { ring, kid, state: key.state, ...(await check(token, document)) };
  }
  return { valid: false, kid, reason: 'no ring has this key' };
}

/** Whether a token is good now, by which key of which ring, and what it says. */
export async function verify(backend: Backend, output: Output, token: string): Promise<ExitCode> {
  const finding = await find(backend, token);
  if (output.json) output.record(finding);
  else {
    const { paint } = output;
    output.line(
      finding.valid ? paint.green('valid') : `${paint.red('not valid')}: ${finding.reason ?? 'unknown reason'}`,
    );
    if (finding.kid)
      output.line(`key    ${finding.kid}${finding.state ? ` (${finding.state} in ${finding.ring})` : ''}`);
    for (const [name, value] of Object.entries(finding.claims ?? {})) {
      output.line(
        `${name.padEnd(6)} ${typeof value === 'string' ? value : JSON.stringify(value)}${asTime(name, value)}`,
      );
    }
  }
  return finding.valid ? EXIT.done : EXIT.refused;
}

const asTime = (name: string, value: unknown): string =>
  ['exp', 'nbf', 'iat'].includes(name) && typeof value === 'number' ? `  ${new Date(value * 1000).toISOString()}` : '';
