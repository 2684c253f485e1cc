import type { AuthConfiguration } from '../configuration/variables.js';

/** How long what the session secret signs may live, in seconds. */
export interface Lives {
  readonly session: number;
  /** A session that is used when it is older than this is prolonged. */
  readonly sessionUpdateAge: number;
  readonly mailLink: number;
  readonly trustedDevice: number;
}

type Configured = Pick<
  AuthConfiguration,
  'KEYTURN_SESSION_TTL' | 'KEYTURN_SESSION_UPDATE_AGE' | 'KEYTURN_MAIL_LINK_TTL' | 'KEYTURN_TRUSTED_DEVICE_TTL'
>;

const wholeSeconds = (ms: number): number => Math.max(1, Math.floor(ms / 1_000));

/**
 * The configured lives, none longer than the ring allows (`maxCredentialLifetime`): a secret is kept for that long after it
 * was replaced, so what lives longer would be lost with it.
 */
export const livesWithin = (configured: Configured, ringAllowsMs: number): Lives => {
  const within = (ms: number): number => wholeSeconds(Math.min(ms, ringAllowsMs));
  const session = within(configured.KEYTURN_SESSION_TTL);
  const shortened = configured.KEYTURN_SESSION_TTL > ringAllowsMs;
  const updateAge = Math.floor(configured.KEYTURN_SESSION_UPDATE_AGE / 1_000);
  return {
    session,
    sessionUpdateAge: shortened ? Math.min(updateAge, Math.floor(session / 2)) : updateAge,
    mailLink: within(configured.KEYTURN_MAIL_LINK_TTL),
    trustedDevice: within(configured.KEYTURN_TRUSTED_DEVICE_TTL),
  };
};

/** The variables that ask for more than the ring allows. */
export const livesBeyond = (configured: Configured, ringAllowsMs: number): string[] =>
  (['KEYTURN_SESSION_TTL', 'KEYTURN_MAIL_LINK_TTL', 'KEYTURN_TRUSTED_DEVICE_TTL'] as const).filter(
    (name) => configured[name] > ringAllowsMs,
  );
