'use client';

import { useLocale, useTranslations } from 'next-intl';
import { Failure } from '@/api/failure';
import { ask } from '@/api/request';
import { usePathname, useRouter } from '@/i18n/navigation';
import { Field } from '@/ui/field';
import { EntryForm } from './entry-form';
import { TextLink } from './text-link';

/** Whether the auth service wants to know once more who asks. */
export const needsConfirmation = (error: unknown): boolean =>
  error instanceof Failure && error.code === 'ERR_CONFIRMATION_NEEDED';

export interface ConfirmProps {
  readonly email: string;
  readonly onDone: () => Promise<void> | void;
}

/** Asks users once more who they are: what comes then is not for a browser that was left open. */
export const ConfirmForm = ({ email, onDone }: ConfirmProps) => {
  const t = useTranslations('confirm');
  const router = useRouter();
  const here = `/${useLocale()}${usePathname()}`;
  const send = async ({ password }: Readonly<Record<string, string>>): Promise<void> => {
    const body = { email, password };
    const answer = await ask<{ twoFactorRedirect?: boolean }>('/api/auth/sign-in/email', { method: 'POST', body });
    if (answer.twoFactorRedirect) router.push(`/two-factor?callback=${encodeURIComponent(here)}`);
    else await onDone();
  };
  return (
    <EntryForm send={send} submit={t('submit')}>
      <input type="hidden" name="username" value={email} autoComplete="username" />
      <Field label={t('password')} name="password" type="password" autoComplete="current-password" isRequired />
      <p className="text-sm text-soft">
        {t.rich('none', { link: (text) => <TextLink href="/reset">{text}</TextLink> })}
      </p>
    </EntryForm>
  );
};
