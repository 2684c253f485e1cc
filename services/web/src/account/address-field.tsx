'use client';

import { BadgeCheck, CircleAlert } from 'lucide-react';
import { useLocale, useTranslations } from 'next-intl';
import { useState } from 'react';
import { ask } from '@/api/request';
import type { User } from '@/session/session';
import { ConfirmForm, needsConfirmation } from '@/sign-in/confirm-form';
import { EntryForm } from '@/sign-in/entry-form';
import { Button } from '@/ui/button';
import { Field } from '@/ui/field';
import { Modal } from '@/ui/modal';
import { Notice } from '@/ui/notice';
import { useAttempt } from '@/ui/use-submit';
import { addressMark } from './address-mark';

/** The address, whether it is known to be the user's, and the way to another one. */
export const AddressField = ({ user }: { readonly user: User }) => {
  const t = useTranslations('account.profile');
  const [changing, setChanging] = useState(false);
  const { email, emailVerified } = user;
  return (
    <div className="flex flex-col gap-1.5 border-t border-line pt-5 text-sm">
      <span className="font-medium">{t('email')}</span>
      <div className="flex flex-wrap items-center gap-x-3 gap-y-2">
        <span className="text-base">{email}</span>
        {emailVerified ? (
          <span className="inline-flex items-center gap-1.5 rounded-full bg-brand-soft px-2.5 py-0.5 text-brand">
            <BadgeCheck aria-hidden className="size-4" />
            {t('verified')}
          </span>
        ) : (
          <Unverified email={email} />
        )}
        <Button look="quiet" size="small" onPress={() => setChanging(true)}>
          {t('change')}
        </Button>
      </div>
      <Modal title={t('changeTitle')} isOpen={changing} onClose={() => setChanging(false)}>
        <ChangeAddress user={user} onDone={() => setChanging(false)} />
      </Modal>
    </div>
  );
};

const Unverified = ({ email }: { readonly email: string }) => {
  const t = useTranslations('account.profile');
  const locale = useLocale();
  const [sent, setSent] = useState(false);
  const { pending, failure, attempt } = useAttempt();
  const send = async (): Promise<void> => {
    const body = { email, callbackURL: `/${locale}/verify?done=yes` };
    await ask('/api/auth/send-verification-email', { method: 'POST', body });
    setSent(true);
  };
  return (
    <>
      <span className="inline-flex items-center gap-1.5 rounded-full bg-warn-soft px-2.5 py-0.5 text-warn">
        <CircleAlert aria-hidden className="size-4" />
        {t('unverified')}
      </span>
      <Button look="quiet" size="small" isDisabled={sent} isPending={pending} onPress={() => attempt(send)}>
        {sent ? t('sent') : t('send')}
      </Button>
      {failure && <Notice tone="error">{failure}</Notice>}
    </>
  );
};

interface ChangeProps {
  readonly user: User;
  readonly onDone: () => void;
}

interface Stage {
  readonly at: 'form' | 'confirm' | 'asked';
  readonly next: string;
}

/** Asks for the mails. Nothing changes before the last link is opened, and the answer is the same for every address. */
const ChangeAddress = ({ user: { email, emailVerified }, onDone }: ChangeProps) => {
  const t = useTranslations('account.profile');
  const confirm = useTranslations('confirm');
  const locale = useLocale();
  const [{ at, next }, setStage] = useState<Stage>({ at: 'form', next: '' });
  const askFor = async (newEmail: string): Promise<void> => {
    const callbackURL = `/${locale}/account?address=${await addressMark(newEmail)}`;
    await ask('/api/auth/change-email', { method: 'POST', body: { newEmail, callbackURL } });
    setStage({ at: 'asked', next: newEmail });
  };
  const send = async (fields: Readonly<Record<string, string>>): Promise<void> => {
    const newEmail = fields['next']?.trim() ?? '';
    await askFor(newEmail).catch((error: unknown) => {
      if (!needsConfirmation(error)) throw error;
      setStage({ at: 'confirm', next: newEmail });
    });
  };
  if (at === 'asked') {
    return <Asked text={emailVerified ? t('askedTwice', { email, next }) : t('askedOnce', { next })} onDone={onDone} />;
  }
  if (at === 'confirm') {
    return (
      <>
        <p className="text-base text-soft">{confirm('address')}</p>
        <ConfirmForm email={email} onDone={() => askFor(next)} />
      </>
    );
  }
  return (
    <>
      <p className="text-base text-soft">{emailVerified ? t('twoMails') : t('oneMail')}</p>
      <EntryForm send={send} submit={t('askForMail')}>
        <Field label={t('next')} name="next" type="email" autoComplete="email" isRequired autoFocus />
      </EntryForm>
    </>
  );
};

const Asked = ({ text, onDone }: { readonly text: string; readonly onDone: () => void }) => {
  const t = useTranslations('account.profile');
  const ui = useTranslations('ui');
  return (
    <>
      <Notice tone="success" title={t('lookIntoMailbox')}>
        {text}
      </Notice>
      <Button look="plain" className="self-end" onPress={onDone}>
        {ui('close')}
      </Button>
    </>
  );
};
