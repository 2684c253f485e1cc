'use client';

import { useLocale, useTranslations } from 'next-intl';
import { ask } from '@/api/request';
import { usePathname, useRouter } from '@/i18n/navigation';
import { EntryForm } from '@/sign-in/entry-form';
import { Field } from '@/ui/field';
import { Panel } from '@/ui/panel';

interface Props {
  readonly email: string;
  readonly onDone: () => Promise<void> | void;
}

/** Asks an administrator once more who they are: what can be done here is not for a browser that was left open. */
export const ConfirmForm = ({ email, onDone }: Props) => {
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
    </EntryForm>
  );
};

/** The same in the place of what it keeps back. */
export const ConfirmSignIn = (props: Props) => {
  const t = useTranslations('confirm');
  return (
    <div className="mx-auto w-full max-w-md">
      <Panel id="confirm" title={t('title')} hint={t('keys')}>
        <ConfirmForm {...props} />
      </Panel>
    </div>
  );
};
