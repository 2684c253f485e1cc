'use client';

import { useTranslations } from 'next-intl';
import { ask } from '@/api/request';
import { useRouter } from '@/i18n/navigation';
import { EntryForm } from '@/sign-in/entry-form';
import { Field } from '@/ui/field';
import { Panel } from '@/ui/panel';

/** Asks an administrator once more who they are: what can be done here is not for a browser that was left open. */
export const ConfirmSignIn = ({ email, onDone }: { readonly email: string; readonly onDone: () => void }) => {
  const t = useTranslations('keys.confirm');
  const router = useRouter();
  const send = async ({ password }: Readonly<Record<string, string>>): Promise<void> => {
    const body = { email, password };
    const answer = await ask<{ twoFactorRedirect?: boolean }>('/api/auth/sign-in/email', { method: 'POST', body });
    if (answer.twoFactorRedirect) router.push('/two-factor');
    else onDone();
  };
  return (
    <div className="mx-auto w-full max-w-md">
      <Panel id="confirm" title={t('title')} hint={t('hint')}>
        <EntryForm send={send} submit={t('submit')}>
          <input type="hidden" name="username" value={email} autoComplete="username" />
          <Field label={t('password')} name="password" type="password" autoComplete="current-password" isRequired />
        </EntryForm>
      </Panel>
    </div>
  );
};
