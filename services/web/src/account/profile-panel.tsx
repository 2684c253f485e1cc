'use client';

import { useTranslations } from 'next-intl';
import { useState } from 'react';
import { Form } from 'react-aria-components';
import { ask } from '@/api/request';
import { useRouter } from '@/i18n/navigation';
import type { User } from '@/session/session';
import { Button } from '@/ui/button';
import { Field } from '@/ui/field';
import { Notice } from '@/ui/notice';
import { Panel } from '@/ui/panel';
import { useSubmit } from '@/ui/use-submit';
import { AddressField } from './address-field';

export const ProfilePanel = ({ user }: { readonly user: User }) => {
  const t = useTranslations('account.profile');
  const router = useRouter();
  const [saved, setSaved] = useState(false);
  const { pending, failure, onSubmit } = useSubmit(async ({ name }) => {
    setSaved(false);
    await ask('/api/auth/update-user', { method: 'POST', body: { name } });
    setSaved(true);
    router.refresh();
  });
  return (
    <Panel id="profile" title={t('title')}>
      <Form method="post" onSubmit={onSubmit} className="flex flex-col gap-5">
        {failure && <Notice tone="error">{failure}</Notice>}
        {saved && <Notice tone="success">{t('saved')}</Notice>}
        <Field label={t('name')} name="name" defaultValue={user.name} autoComplete="name" isRequired maxLength={100} />
        <Button type="submit" look="plain" isPending={pending} className="self-start">
          {t('submit')}
        </Button>
      </Form>
      <AddressField user={user} />
    </Panel>
  );
};
