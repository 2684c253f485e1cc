import { disposableEmailBlocklistSet } from 'disposable-email-domains-js';
import type { AuthConfiguration } from '../configuration/variables.js';

export interface MailDomainPolicy {
  /** Whether a domain hands out addresses for a moment. */
  readonly isDisposable: (domain: string) => boolean;
  /** Domains refused besides, in lower case, with all below them. */
  readonly blocked: readonly string[];
  /** Domains taken whatever the lists say. */
  readonly allowed: readonly string[];
}

export const mailDomainPolicy = (configuration: AuthConfiguration): MailDomainPolicy => ({
  isDisposable: configuration.KEYTURN_MAIL_REFUSE_DISPOSABLE ? isDisposableDomain : () => false,
  blocked: configuration.KEYTURN_MAIL_BLOCKED_DOMAINS.map((domain) => domain.toLowerCase()),
  allowed: configuration.KEYTURN_MAIL_ALLOWED_DOMAINS.map((domain) => domain.toLowerCase()),
});

/** The domain and those above it: `a.b.test` → `a.b.test`, `b.test`. */
const upwards = (domain: string): string[] => {
  const labels = domain.split('.');
  return labels.slice(0, -1).map((_label, index) => labels.slice(index).join('.'));
};

/** Whether nobody may sign up with this address. What is allowed wins. */
export const isBlockedAddress = (email: string, policy: MailDomainPolicy): boolean => {
  const domains = upwards(
    email
      .slice(email.lastIndexOf('@') + 1)
      .trim()
      .toLowerCase(),
  );
  if (domains.some((domain) => policy.allowed.includes(domain))) return false;
  return domains.some((domain) => policy.blocked.includes(domain) || policy.isDisposable(domain));
};

let disposable: ReadonlySet<string> | undefined;

/** By the list of disposable-email-domains, which is read at the first call. */
export const isDisposableDomain = (domain: string): boolean => {
  disposable ??= disposableEmailBlocklistSet();
  return disposable.has(domain);
};
