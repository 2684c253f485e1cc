import { commaSeparated, duration, flag, wholeNumber } from '@keyturn/runtime';

/** What is asked of passwords and addresses. */
export const accountRuleVariables = {
  KEYTURN_PASSWORD_MIN_LENGTH: wholeNumber(6, 64).default(8),
  KEYTURN_PASSWORD_MAX_LENGTH: wholeNumber(64, 1_000).default(128),
  /** How many of lower-case letters, upper-case letters, digits, others. */
  KEYTURN_PASSWORD_CLASSES: wholeNumber(0, 4).default(0),
  KEYTURN_PASSWORD_REFUSE_COMMON: flag().default(true),
  /** Refuses addresses at the known providers of disposable ones. */
  KEYTURN_MAIL_REFUSE_DISPOSABLE: flag().default(true),
  /** Domains to refuse besides, with all below them. */
  KEYTURN_MAIL_BLOCKED_DOMAINS: commaSeparated().default([]),
  /** Domains to take whatever the lists say. */
  KEYTURN_MAIL_ALLOWED_DOMAINS: commaSeparated().default([]),
};

/** How much of the processor passwords may take. */
export const hashingVariables = {
  /** Requests that may hash a password at the same time, per process; one hash takes about 150 ms of a processor. */
  KEYTURN_PASSWORD_HASHES: wholeNumber(1, 64).default(2),
  /** Requests that may wait for their turn; one more is answered with 503 and Retry-After. */
  KEYTURN_PASSWORD_HASHES_WAITING: wholeNumber(0, 10_000).default(30),
};

const MINUTE = 60_000;

/** Guesses at the password of one address, from all places together. */
export const guessVariables = {
  /** Wrong passwords within a window before sign-ins with the address wait for its end; 0 = any number. */
  KEYTURN_ACCOUNT_GUESSES: wholeNumber(0, 10_000).default(30),
  KEYTURN_ACCOUNT_GUESSES_WINDOW: duration({ minMs: 1_000, maxMs: 1_440 * MINUTE }).default(60 * MINUTE),
};

const DAY = 1_440 * MINUTE;

export const auditVariables = {
  /** How long security events are kept. */
  KEYTURN_AUDIT_RETENTION: duration({ minMs: DAY, maxMs: 3_650 * DAY }).default(90 * DAY),
};
