'use client';

import { BadgeCheck, CircleAlert } from 'lucide-react';
import { useLocale, useTranslations } from 'next-intl';
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
        <Address user={user} />
        <Button type="submit" look="plain" isPending={pending} className="self-start">
          {t('submit')}
        </Button>
      </Form>
    </Panel>
  );
};

/** The address, and whether it is known to be the user's. */
const Address = ({ user: { email, emailVerified } }: { readonly user: User }) => {
  const t = useTranslations('account.profile');
  const locale = useLocale();
  const [sent, setSent] = useState(false);
  const send = async (): Promise<void> => {
    const body = { email, callbackURL: `/${locale}/verify?done=yes` };
    await ask('/api/auth/send-verification-email', { method: 'POST', body }).then(() => setSent(true));
  };
  return (
    <div className="flex flex-col gap-1.5 text-sm">
      <span className="font-medium">{t('email')}</span>
      <div className="flex flex-wrap items-center gap-x-3 gap-y-2">
        <span className="text-base">{email}</span>
        {emailVerified ? (
          <span className="inline-flex items-center gap-1.5 rounded-full bg-brand-soft px-2.5 py-0.5 text-brand">
            <BadgeCheck aria-hidden className="size-4" />
            {t('verified')}
          </span>
        ) : (
          <>
            <span className="inline-flex items-center gap-1.5 rounded-full bg-warn-soft px-2.5 py-0.5 text-warn">
              <CircleAlert aria-hidden className="size-4" />
              {t('unverified')}
            </span>
            <Button look="quiet" size="small" isDisabled={sent} onPress={() => void send().catch(() => undefined)}>
              {sent ? t('sent') : t('send')}
            </Button>
          </>
        )}
      </div>
    </div>
  );
};
