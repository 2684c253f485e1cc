import { type LinkTargets, resetLink, signInLink, verificationLink } from './links.js';
import type { Locale } from './locale.js';
import type { Link, Mail, MailKind, Recipient } from './mail.js';
import { type MessageParts, messageOf } from './messages.js';
import type { Outbox } from './outbox.js';

export interface OutboxMailOptions {
  readonly outbox: Outbox;
  readonly targets: LinkTargets;
  /** How long the links of mails are good, milliseconds; a mail that could not be sent for so long is given up. */
  readonly lifeMs: number;
  /** Called when there is something to send. */
  readonly wake: () => void;
}

/** Mails by way of the outbox: a request writes a row, and a failing mail server is nothing that it notices. */
export const createOutboxMail = ({ outbox, targets, lifeMs, wake }: OutboxMailOptions): Mail => {
  const put = async (kind: MailKind, to: Recipient, locale: Locale, parts: Omit<MessageParts, 'name'>) => {
    const message = messageOf(kind, locale, { name: to.name, ...parts });
    await outbox.put({ kind, recipient: to.email, message }, lifeMs);
    wake();
  };
  const verify = (link: Link, locale: Locale) => ({ link: verificationLink(targets, link, locale) });
  return {
    verifyAddress: (to, link, locale) => put('verification', to, locale, verify(link, locale)),
    resetPassword: (to, link, locale) => put('reset', to, locale, { link: resetLink(targets, link, locale) }),
    approveAddressChange: (to, address, link, locale) =>
      put('address-change', to, locale, { ...verify(link, locale), address }),
    addressChangeAsked: (to, address, locale) =>
      put('address-change-asked', to, locale, { link: signInLink(targets, locale), address }),
    confirmNewAddress: (to, link, locale) => put('new-address', to, locale, verify(link, locale)),
    alreadySignedUp: (to, locale) => put('already-signed-up', to, locale, { link: signInLink(targets, locale) }),
  };
};
