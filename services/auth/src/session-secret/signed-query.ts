import { olderSigner, type SigningSecrets } from './signing-secret.js';

/**
 * The query of an authorization request under way, which the sign-in and consent pages send back as `oauth_query`: signed
 * over its parameters, sorted by name, then by value. Undefined when there is nothing to carry over.
 */
export const carryQuery = (query: string, secrets: SigningSecrets): string | undefined => {
  const parameters = new URLSearchParams(query);
  const [signature, ...more] = parameters.getAll('sig');
  if (signature === undefined || more.length > 0) return undefined;
  parameters.delete('sig');
  const signed = sorted(parameters);
  if (!olderSigner(secrets, signed, signature)) return undefined;
  parameters.append('sig', secrets.active.sign(signed));
  return parameters.toString();
};

const sorted = (parameters: URLSearchParams): string => {
  const order = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
  const entries = [...parameters].sort(([a, x], [b, y]) => order(a, b) || order(x, y));
  return new URLSearchParams(entries).toString();
};
