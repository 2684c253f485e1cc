import type { Locale } from './locale.js';

/**
 * Mails that the issuer sends. Each resolves once the mail is in the outbox, from where it is sent, retried and, when its
 * link is of no use any more, given up. Rejects only when the database does not take it.
 */
export interface Mail {
  verifyAddress(to: Recipient, link: Link, locale: Locale): Promise<void>;
  resetPassword(to: Recipient, link: Link, locale: Locale): Promise<void>;
  /** To the address that the account has, before the new one is asked. */
  approveAddressChange(to: Recipient, newAddress: string, link: Link, locale: Locale): Promise<void>;
  /** To the address that the account has, which is not verified and so is not asked. */
  addressChangeAsked(to: Recipient, newAddress: string, locale: Locale): Promise<void>;
  /** To the new address of an account that exists. */
  confirmNewAddress(to: Recipient, link: Link, locale: Locale): Promise<void>;
  /** To somebody who signed up with the address of an account that exists. */
  alreadySignedUp(to: Recipient, locale: Locale): Promise<void>;
}

/** A link as Better Auth makes it: `url` leads to the API, `token` is what a page of a front end needs. */
export interface Link {
  readonly url: string;
  readonly token: string;
}

export type MailKind =
  | 'verification'
  | 'reset'
  | 'address-change'
  | 'address-change-asked'
  | 'new-address'
  | 'already-signed-up';

export interface Recipient {
  readonly email: string;
  readonly name: string;
}
