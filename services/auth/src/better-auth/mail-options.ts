import type { BetterAuthOptions } from 'better-auth';
import { type Locale, localeOf } from '../mail/locale.js';
import type { Link, Recipient } from '../mail/mail.js';
import { endGrants } from '../oauth/grants.js';
import { jwtClaims } from '../session-secret/index.js';
import type { Lives } from './lives.js';
import type { BetterAuthParts } from './options.js';

/** A user as Better Auth hands it to what sends mails. */
export interface MailUser extends Recipient {
  readonly locale?: string | null;
}

export type MailRequest = Link & { readonly user: MailUser };

export const localeFor = (user: MailUser, request: Request | undefined): Locale =>
  localeOf(user.locale, request?.headers.get('accept-language'));

type Parts = Pick<BetterAuthParts, 'configuration' | 'guesses' | 'mail' | 'passwords' | 'pool'>;

export const mailOptions = ({ configuration, guesses, mail, passwords, pool }: Parts, lives: Lives) =>
  ({
    emailAndPassword: {
      enabled: true,
      password: passwords,
      minPasswordLength: configuration.KEYTURN_PASSWORD_MIN_LENGTH,
      maxPasswordLength: configuration.KEYTURN_PASSWORD_MAX_LENGTH,
      requireEmailVerification: configuration.KEYTURN_REQUIRE_VERIFIED_EMAIL,
      resetPasswordTokenExpiresIn: lives.mailLink,
      revokeSessionsOnPasswordReset: true,
      onPasswordReset: async ({ user }: { user: MailUser & { readonly id: string } }) => {
        await guesses.forget(user.email);
        await endGrants(pool, user.id, new Date());
      },
      sendResetPassword: ({ user, ...link }: MailRequest, request?: Request) =>
        mail.resetPassword(user, link, localeFor(user, request)),
      onExistingUserSignUp: ({ user }: { user: MailUser }, request?: Request) =>
        mail.alreadySignedUp(user, localeFor(user, request)),
    },
    emailVerification: {
      sendOnSignUp: true,
      expiresIn: lives.mailLink,
      sendVerificationEmail: ({ user, ...link }: MailRequest, request?: Request) => {
        const changes = jwtClaims(link.token)?.['updateTo'] !== undefined;
        const locale = localeFor(user, request);
        return changes ? mail.confirmNewAddress(user, link, locale) : mail.verifyAddress(user, link, locale);
      },
    },
  }) satisfies Partial<BetterAuthOptions>;

/** Who has verified their address allows the change from there, then from the new one; others from the new one alone. */
export const changeEmailOptions = ({ mail }: Parts) => ({
  enabled: true,
  sendChangeEmailConfirmation: (
    { user, newEmail, ...link }: MailRequest & { readonly newEmail: string },
    request?: Request,
  ) => mail.approveAddressChange(user, newEmail, link, localeFor(user, request)),
});
