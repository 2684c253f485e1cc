import type { BetterAuthOptions } from 'better-auth';
import type { AuthConfiguration } from '../configuration/variables.js';
import { isBlockedAddress, mailDomainPolicy } from './mail-domains.js';

type Gate = NonNullable<NonNullable<BetterAuthOptions['user']>['validateUserInfo']>;

/**
 * Refuses new users whose provider gives them an address that nobody may sign up with here. Who signs up with a password was
 * told before, with all broken rules at once; who has an account keeps it.
 */
export const newUserGate = (configuration: AuthConfiguration): Gate => {
  const policy = mailDomainPolicy(configuration);
  return ({ user, source }) => {
    if (source.action !== 'create-user' || typeof user.email !== 'string') return undefined;
    if (!isBlockedAddress(user.email, policy)) return undefined;
    return { error: 'disposable-domain', errorDescription: 'addresses of this domain are not taken here' };
  };
};
