'use client';

import { useTranslations } from 'next-intl';
import { useState } from 'react';
import { Form } from 'react-aria-components';
import { ask } from '@/api/request';
import { Button } from '@/ui/button';
import { Field } from '@/ui/field';
import { Notice } from '@/ui/notice';
import { Panel } from '@/ui/panel';
import { useSubmit } from '@/ui/use-submit';

/** Whoever knew the old password is signed out with it. */
export const PasswordPanel = () => {
  const t = useTranslations('account.password');
  const [changes, setChanges] = useState(0);
  const { pending, failure, onSubmit } = useSubmit(async ({ current, next }) => {
    const body = { currentPassword: current, newPassword: next, revokeOtherSessions: true };
    await ask('/api/auth/change-password', { method: 'POST', body });
    setChanges(changes + 1);
  });
  return (
    <Panel id="password" title={t('title')} hint={t('hint')}>
      <Form key={changes} method="post" onSubmit={onSubmit} className="flex flex-col gap-5">
        {failure && <Notice tone="error">{failure}</Notice>}
        {changes > 0 && !failure && <Notice tone="success">{t('done')}</Notice>}
        <Field label={t('current')} name="current" type="password" autoComplete="current-password" isRequired />
        <Field label={t('next')} name="next" type="password" autoComplete="new-password" isRequired />
        <Button type="submit" look="plain" isPending={pending} className="self-start">
          {t('submit')}
        </Button>
      </Form>
    </Panel>
  );
};
