import { carrySigned } from './signed-value.js';
import type { SigningSecrets } from './signing-secret.js';

/** A signed session token in an Authorization header, signed by the active secret. Undefined when nothing changes. */
export const carryBearer = (authorization: string, secrets: SigningSecrets): string | undefined => {
  if (!/^bearer /i.test(authorization)) return undefined;
  return carrySigned(authorization.slice('bearer '.length).trim(), secrets)?.resigned;
};
