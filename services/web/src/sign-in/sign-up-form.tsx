'use client';

import { useLocale, useTranslations } from 'next-intl';
import { ask } from '@/api/request';
import { useRouter } from '@/i18n/navigation';
import { useSession } from '@/session/session-provider';
import { Field } from '@/ui/field';
import { EntryForm } from './entry-form';
import { bodyOf, type Onward } from './onward';
import { pageAfter } from './page-after';

interface Answer {
  /** null where the address has to be verified first. */
  readonly token?: string | null;
  /** Where the application that asks goes on. */
  readonly url?: string;
}

export const SignUpForm = ({ onward }: { readonly onward: Onward }) => {
  const t = useTranslations('signUp');
  const locale = useLocale();
  const { signedIn } = useSession();
  const router = useRouter();
  const send = async ({ name, email, password }: Readonly<Record<string, string>>): Promise<void> => {
    const body = { name, email, password, callbackURL: `/${locale}/verify?done=yes`, ...bodyOf(onward) };
    const { token, url } = await ask<Answer>('/api/auth/sign-up/email', { method: 'POST', body });
    if (token === null) router.push(`/verify?email=${encodeURIComponent(email ?? '')}`);
    else signedIn(await pageAfter(onward, url));
  };
  return (
    <EntryForm send={send} submit={t('submit')}>
      <Field label={t('name')} name="name" autoComplete="name" isRequired maxLength={100} />
      <Field label={t('email')} name="email" type="email" autoComplete="email" isRequired />
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
