'use client';

import { useLocale, useTranslations } from 'next-intl';
import { useState } from 'react';
import { ask } from '@/api/request';
import { Field } from '@/ui/field';
import { Notice } from '@/ui/notice';
import { EntryForm } from './entry-form';

/** Sends the mail with the link once more. The answer is the same whether the address is known or not. */
export const VerifyForm = ({ email }: { readonly email: string }) => {
  const t = useTranslations('verify');
  const locale = useLocale();
  const [sent, setSent] = useState(false);
  const send = async (fields: Readonly<Record<string, string>>): Promise<void> => {
    const body = { email: fields.email, callbackURL: `/${locale}/verify?done=yes` };
    await ask('/api/auth/send-verification-email', { method: 'POST', body });
    setSent(true);
  };
  return (
    <>
      {sent && <Notice tone="success">{t('sent')}</Notice>}
      <EntryForm send={send} submit={t('submit')}>
        <Field label={t('email')} name="email" type="email" autoComplete="email" isRequired defaultValue={email} />
      </EntryForm>
    </>
  );
};
