'use client';

import { useTranslations } from 'next-intl';
import { useState } from 'react';
import { Failure } from '@/api/failure';
import { ask } from '@/api/request';
import { Link, useRouter } from '@/i18n/navigation';
import { useSession } from '@/session/session-provider';
import { Choice } from '@/ui/choice';
import { Field } from '@/ui/field';
import { EntryForm } from './entry-form';
import { bodyOf, type Onward, queryOf } from './onward';
import { pageAfter } from './page-after';
import { TextLink } from './text-link';

interface Answer {
  readonly twoFactorRedirect?: boolean;
  /** Where the application that asks goes on. */
  readonly url?: string;
}

export const SignInForm = ({ onward }: { readonly onward: Onward }) => {
  const t = useTranslations('signIn');
  const { signedIn } = useSession();
  const router = useRouter();
  const [unverified, setUnverified] = useState<string>();
  const send = async ({ email, password, remember }: Readonly<Record<string, string>>): Promise<void> => {
    const body = { email, password, rememberMe: remember !== undefined, ...bodyOf(onward) };
    setUnverified(undefined);
    const answer = await ask<Answer>('/api/auth/sign-in/email', { method: 'POST', body }).catch((error: unknown) => {
      if (error instanceof Failure && error.code === 'EMAIL_NOT_VERIFIED') setUnverified(email);
      throw error;
    });
    if (answer.twoFactorRedirect) router.push(`/two-factor?${queryOf(onward)}`);
    else signedIn(await pageAfter(onward, answer.url));
  };
  const newMail = unverified !== undefined && (
    <TextLink href={`/verify?email=${encodeURIComponent(unverified)}`}>{t('newMail')}</TextLink>
  );
  return (
    <EntryForm send={send} submit={t('submit')} remedy={newMail}>
      <Field label={t('email')} name="email" type="email" autoComplete="username" isRequired />
      <Field label={t('password')} name="password" type="password" autoComplete="current-password" isRequired />
      <div className="flex flex-wrap items-center justify-between gap-3">
        <Choice name="remember" value="yes" defaultSelected>
          {t('remember')}
        </Choice>
        <Link href="/reset" className="rounded text-sm font-medium text-brand underline-offset-4 hover:underline">
          {t('forgot')}
        </Link>
      </div>
    </EntryForm>
  );
};
