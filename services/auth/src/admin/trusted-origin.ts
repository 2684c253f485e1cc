import { AdministrationRefused } from './administrator.js';

/**
 * A cookie comes along with requests that a foreign page makes. So a request with one has to name a trusted origin; without
 * one there is nothing that a foreign page could use.
 */
export const requireTrustedOrigin = (headers: Headers, trusted: readonly string[]): void => {
  if (!headers.has('cookie')) return;
  const origin = headers.get('origin');
  if (origin !== null && trusted.includes(origin)) return;
  throw new AdministrationRefused(403, 'ERR_ORIGIN', 'The origin of the request is not trusted.');
};
