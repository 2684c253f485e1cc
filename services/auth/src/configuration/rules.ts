import type { ConfigurationRule } from '@keyturn/runtime';
import type { AuthConfiguration } from './variables.js';

const isLocal = (url: URL): boolean =>
  ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname) || url.hostname.endsWith('.localhost');

/** Cookies are insecure only for http on this machine. */
const httpsUnlessLocal: ConfigurationRule<AuthConfiguration> = ({ KEYTURN_BASE_URL: base }) => {
  if (base === undefined) return undefined;
  const url = new URL(base);
  if (url.protocol === 'https:' || isLocal(url)) return undefined;
  return { name: 'KEYTURN_BASE_URL', rule: 'must be https, except on localhost' };
};

const originOnly: ConfigurationRule<AuthConfiguration> = ({ KEYTURN_BASE_URL: base }) =>
  base !== undefined && new URL(base).origin !== base
    ? { name: 'KEYTURN_BASE_URL', rule: 'must be an origin, without a path' }
    : undefined;

const originsOnly: ConfigurationRule<AuthConfiguration> = ({ KEYTURN_TRUSTED_ORIGINS: origins = [] }) =>
  origins.some((origin) => new URL(origin).origin !== origin)
    ? { name: 'KEYTURN_TRUSTED_ORIGINS', rule: 'must be origins, without a path' }
    : undefined;

/** Links of mails come back to the front end, which Better Auth refuses for an origin that it does not trust. */
const frontendIsTrusted: ConfigurationRule<AuthConfiguration> = (values) => {
  const { KEYTURN_FRONTEND_URL: frontend, KEYTURN_BASE_URL: base, KEYTURN_TRUSTED_ORIGINS: trusted = [] } = values;
  if (frontend === undefined || base === undefined) return undefined;
  return [base, ...trusted].includes(new URL(frontend).origin)
    ? undefined
    : { name: 'KEYTURN_FRONTEND_URL', rule: 'must be at KEYTURN_BASE_URL or at one of KEYTURN_TRUSTED_ORIGINS' };
};

const updateBeforeEnd: ConfigurationRule<AuthConfiguration> = (values) => {
  const { KEYTURN_SESSION_TTL: life, KEYTURN_SESSION_UPDATE_AGE: age } = values;
  return life !== undefined && age !== undefined && age >= life
    ? { name: 'KEYTURN_SESSION_UPDATE_AGE', rule: 'must be shorter than KEYTURN_SESSION_TTL' }
    : undefined;
};

const differentRings: ConfigurationRule<AuthConfiguration> = (values) =>
  values.KEYTURN_SESSION_RING !== undefined && values.KEYTURN_SESSION_RING === values.KEYTURN_TOKEN_RING
    ? { name: 'KEYTURN_SESSION_RING', rule: 'must be another ring than KEYTURN_TOKEN_RING' }
    : undefined;

const truthForIssuers: ConfigurationRule<AuthConfiguration> = (values) =>
  values.KEYTURN_TRUTH_DIR === undefined && values.KEYTURN_TRUTH_NAMESPACE === undefined
    ? {
        name: 'KEYTURN_TRUTH_DIR',
        rule: 'is required, or KEYTURN_TRUTH_NAMESPACE: an issuer reads the truth of its rings itself',
      }
    : undefined;

export const authRules: readonly ConfigurationRule<AuthConfiguration>[] = [
  httpsUnlessLocal,
  originOnly,
  originsOnly,
  frontendIsTrusted,
  updateBeforeEnd,
  differentRings,
  truthForIssuers,
];
