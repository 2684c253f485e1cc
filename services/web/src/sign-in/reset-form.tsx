'use client';

import { useLocale, useTranslations } from 'next-intl';
import { useState } from 'react';
import { ask } from '@/api/request';
import { Field } from '@/ui/field';
import { Notice } from '@/ui/notice';
import { EntryForm } from './entry-form';
import { TextLink } from './text-link';

/** Asks for the mail. The answer is the same whether the address is known or not. */
export const RequestResetForm = () => {
  const t = useTranslations('reset');
  const locale = useLocale();
  const [sentTo, setSentTo] = useState<string>();
  const send = async ({ email }: Readonly<Record<string, string>>): Promise<void> => {
    const body = { email, redirectTo: `/${locale}/reset` };
    await ask('/api/auth/request-password-reset', { method: 'POST', body });
    setSentTo(email);
  };
  if (sentTo !== undefined) {
    return (
      <Notice tone="success" title={t('sentTitle')}>
        {t('sent', { email: sentTo })}
      </Notice>
    );
  }
  return (
    <EntryForm send={send} submit={t('submit')}>
      <Field label={t('email')} name="email" type="email" autoComplete="email" isRequired />
    </EntryForm>
  );
};

/** Chooses the new password, with the token of the mail's link. */
export const NewPasswordForm = ({ token }: { readonly token: string }) => {
  const t = useTranslations('reset');
  const [done, setDone] = useState(false);
  const send = async ({ password }: Readonly<Record<string, string>>): Promise<void> => {
    await ask('/api/auth/reset-password', { method: 'POST', body: { newPassword: password, token } });
    setDone(true);
  };
  if (done) {
    return (
      <Notice tone="success" title={t('doneTitle')} action={<TextLink href="/sign-in">{t('toSignIn')}</TextLink>}>
        {t('done')}
      </Notice>
    );
  }
  return (
    <EntryForm send={send} submit={t('newSubmit')}>
      <Field
        label={t('password')}
        name="password"
        type="password"
        autoComplete="new-password"
        isRequired
        hint={t('passwordHint')}
      />
    </EntryForm>
  );
};
