'use client';

import { useTranslations } from 'next-intl';
import { ConfirmForm, type ConfirmProps } from '@/sign-in/confirm-form';
import { Panel } from '@/ui/panel';

/** Asks an administrator once more who they are, in the place of what is kept back. */
export const ConfirmSignIn = (props: ConfirmProps) => {
  const t = useTranslations('confirm');
  return (
    <div className="mx-auto w-full max-w-md">
      <Panel id="confirm" title={t('title')} hint={t('keys')}>
        <ConfirmForm {...props} />
      </Panel>
    </div>
  );
};
