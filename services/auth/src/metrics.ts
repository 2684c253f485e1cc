import { Counter, Gauge, type Registry } from 'prom-client';

/** What the issuer counts. No label holds a user, an address or anything else without bound. */
export interface AuthMetrics {
  readonly signIns: Counter<'method' | 'result'>;
  readonly tokensIssued: Counter<'result'>;
  readonly carriedOver: Counter<'what'>;
  readonly failures: Counter<'reason'>;
  readonly mails: Counter<'kind' | 'result'>;
  readonly mailsWaiting: Gauge<string>;
  readonly oldestMail: Gauge<string>;
  readonly guessesStopped: Counter<string>;
  readonly passwordHashes: Counter<string>;
  readonly passwordRequests: Gauge<'state'>;
  readonly rowsLeft: Gauge<'kid'>;
  readonly rowsReencrypted: Counter<string>;
}

export const createAuthMetrics = (registry: Registry): AuthMetrics => {
  const registers = [registry];
  const counter = <L extends string>(name: string, help: string, labelNames: L[]) =>
    new Counter<L>({ name, help, labelNames, registers });
  const gauge = (name: string, help: string) => new Gauge<string>({ name, help, registers });
  const signIns = counter('keyturn_auth_sign_ins_total', 'Attempts to sign in or sign up, by method and result', [
    'method',
    'result',
  ]);
  // There from the start, so that the first one is an increase.
  for (const method of ['two-factor-totp', 'two-factor-backup-code']) signIns.inc({ method, result: 'locked' }, 0);
  return {
    signIns,
    tokensIssued: counter('keyturn_auth_tokens_total', 'Access tokens asked for, by result', ['result']),
    carriedOver: counter(
      'keyturn_auth_carried_over_total',
      'Requests with something that an older session secret had signed, by what it was',
      ['what'],
    ),
    failures: counter('keyturn_auth_failures_total', 'Requests answered with 5xx, by reason', ['reason']),
    mails: counter('keyturn_auth_mails_total', 'Attempts to send a mail, by kind and result', ['kind', 'result']),
    mailsWaiting: gauge('keyturn_auth_mails_waiting', 'Mails in the outbox'),
    oldestMail: gauge('keyturn_auth_oldest_mail_seconds', 'Age of the oldest mail in the outbox'),
    guessesStopped: counter(
      'keyturn_auth_guesses_stopped_total',
      'Addresses whose sign-ins began to wait: too many wrong passwords',
      [],
    ),
    passwordHashes: counter('keyturn_auth_password_hashes_total', 'Passwords hashed or verified', []),
    passwordRequests: new Gauge({
      name: 'keyturn_auth_password_requests',
      help: 'Requests that hash a password, running or waiting for their turn',
      labelNames: ['state'],
      registers,
    }),
    rowsLeft: new Gauge({
      name: 'keyturn_auth_rows_left',
      help: 'Encrypted values under a secret that does not sign any more, by kid',
      labelNames: ['kid'],
      registers,
    }),
    rowsReencrypted: counter('keyturn_auth_rows_reencrypted_total', 'Values re-encrypted under the active secret', []),
  };
};
