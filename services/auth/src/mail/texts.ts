import type { Locale } from './locale.js';
import type { MailKind } from './mail.js';

/** What a mail says. `before` and `after` stand around its link. */
export interface MailText {
  readonly subject: string;
  readonly before: string;
  readonly action: string;
  readonly after: string;
}

const EN: Readonly<Record<MailKind, MailText>> = {
  verification: {
    subject: 'Verify your e-mail address',
    before: 'please open this link to confirm that this address is yours:',
    action: 'Verify the address',
    after: 'If you did not sign up, ignore this mail.',
  },
  reset: {
    subject: 'Reset your password',
    before: 'somebody asked for a new password of your account. To choose one, open this link:',
    action: 'Choose a new password',
    after: 'If it was not you, ignore this mail; your password stays as it is.',
  },
  'address-change': {
    subject: 'Confirm the change of your e-mail address',
    before: 'the address of your account is to become {address}. If that is what you want, open this link:',
    action: 'Allow the change',
    after: 'If it was not you, do not open the link, and change your password.',
  },
  'address-change-asked': {
    subject: 'Your e-mail address is to change',
    before: 'somebody who is signed in asked that {address} becomes the address of your account. Sign in here:',
    action: 'Sign in',
    after: 'If it was not you, sign in and change your password.',
  },
  'new-address': {
    subject: 'Verify your new e-mail address',
    before:
      'please open this link, in the browser in which you are signed in, to make this the address of your account:',
    action: 'Use this address',
    after: 'If you did not ask for it, ignore this mail.',
  },
  'already-signed-up': {
    subject: 'You already have an account',
    before:
      'somebody signed up with this address, but it has an account already. Sign in here, or ask for a new password:',
    action: 'Sign in',
    after: 'If it was not you, ignore this mail; nothing has changed.',
  },
};

const DE: Readonly<Record<MailKind, MailText>> = {
  verification: {
    subject: 'Bestätigen Sie Ihre E-Mail-Adresse',
    before: 'bitte öffnen Sie diesen Link, um zu bestätigen, dass diese Adresse Ihnen gehört:',
    action: 'Adresse bestätigen',
    after: 'Wenn Sie sich nicht registriert haben, ignorieren Sie diese E-Mail.',
  },
  reset: {
    subject: 'Setzen Sie Ihr Passwort zurück',
    before: 'jemand hat ein neues Passwort für Ihr Konto angefordert. Um eines zu wählen, öffnen Sie diesen Link:',
    action: 'Neues Passwort wählen',
    after: 'Wenn Sie das nicht waren, ignorieren Sie diese E-Mail; Ihr Passwort bleibt, wie es ist.',
  },
  'address-change': {
    subject: 'Bestätigen Sie die Änderung Ihrer E-Mail-Adresse',
    before: 'die Adresse Ihres Kontos soll {address} werden. Wenn Sie das möchten, öffnen Sie diesen Link:',
    action: 'Änderung erlauben',
    after: 'Wenn Sie das nicht waren, öffnen Sie den Link nicht und ändern Sie Ihr Passwort.',
  },
  'address-change-asked': {
    subject: 'Ihre E-Mail-Adresse soll geändert werden',
    before: 'jemand, der angemeldet ist, möchte {address} zur Adresse Ihres Kontos machen. Melden Sie sich hier an:',
    action: 'Anmelden',
    after: 'Wenn Sie das nicht waren, melden Sie sich an und ändern Sie Ihr Passwort.',
  },
  'new-address': {
    subject: 'Bestätigen Sie Ihre neue E-Mail-Adresse',
    before: 'bitte öffnen Sie diesen Link in dem Browser, in dem Sie angemeldet sind, um diese Adresse zu verwenden:',
    action: 'Diese Adresse verwenden',
    after: 'Wenn Sie das nicht angefordert haben, ignorieren Sie diese E-Mail.',
  },
  'already-signed-up': {
    subject: 'Sie haben bereits ein Konto',
    before: 'jemand hat sich mit dieser Adresse registriert, aber sie hat schon ein Konto. Melden Sie sich hier an:',
    action: 'Anmelden',
    after: 'Wenn Sie das nicht waren, ignorieren Sie diese E-Mail; es hat sich nichts geändert.',
  },
};

export const TEXTS: Readonly<Record<Locale, Readonly<Record<MailKind, MailText>>>> = { en: EN, de: DE };

export const GREETINGS: Readonly<Record<Locale, string>> = { en: 'Hello', de: 'Guten Tag' };
