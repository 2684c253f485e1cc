'use client';

import type { User } from '@/session/session';
import { PasswordPanel } from './password-panel';
import { ProfilePanel } from './profile-panel';
import { SessionsPanel } from './sessions-panel';
import { TwoFactorPanel } from './two-factor-panel';

export const AccountView = ({ user, sessionId }: { readonly user: User; readonly sessionId: string }) => (
  <>
    <ProfilePanel user={user} />
    <PasswordPanel />
    <TwoFactorPanel enabled={user.twoFactorEnabled === true} />
    <SessionsPanel current={sessionId} />
  </>
);
