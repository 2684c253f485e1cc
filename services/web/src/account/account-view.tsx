'use client';

import type { Provider } from '@/session/provider';
import type { User } from '@/session/session';
import { LinkedPanel } from './linked-panel';
import { PasswordPanel } from './password-panel';
import { ProfilePanel } from './profile-panel';
import { SessionsPanel } from './sessions-panel';
import { TwoFactorPanel } from './two-factor-panel';

interface Props {
  readonly user: User;
  readonly sessionId: string;
  readonly providers: readonly Provider[];
}

export const AccountView = ({ user, sessionId, providers }: Props) => (
  <>
    <ProfilePanel user={user} />
    <PasswordPanel />
    <TwoFactorPanel enabled={user.twoFactorEnabled === true} />
    <LinkedPanel providers={providers} />
    <SessionsPanel current={sessionId} />
  </>
);
