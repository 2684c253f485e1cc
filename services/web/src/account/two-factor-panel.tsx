'use client';

import { ShieldCheck, ShieldOff } from 'lucide-react';
import { useTranslations } from 'next-intl';
import { useState } from 'react';
import { ask } from '@/api/request';
import { EntryForm } from '@/sign-in/entry-form';
import { Button } from '@/ui/button';
import { Field } from '@/ui/field';
import { Modal } from '@/ui/modal';
import { Panel } from '@/ui/panel';
import { BackupCodes, Enrolment } from './enrolment';

interface Made {
  readonly totpURI: string;
  readonly backupCodes: readonly string[];
}

/** What the password is asked for, by the end of its path. */
type Wish = 'enable' | 'disable' | 'generate-backup-codes';

type Stage =
  | { readonly at: 'password'; readonly wish: Wish }
  | { readonly at: 'code'; readonly made: Made }
  | { readonly at: 'codes'; readonly codes: readonly string[]; readonly title: 'isOn' | 'newCodes' };

/** Two-factor sign-in, on and off, and new backup codes; each asks for the password. */
export const TwoFactorPanel = ({ enabled }: { readonly enabled: boolean }) => {
  const t = useTranslations('account.twoFactor');
  const [stage, setStage] = useState<Stage>();
  const Icon = enabled ? ShieldCheck : ShieldOff;
  const close = (): void => {
    const changed = stage?.at === 'codes' && stage.title === 'isOn';
    setStage(undefined);
    if (changed) window.location.reload();
  };
  const confirm = async (wish: Wish, password: string | undefined): Promise<void> => {
    const made = await ask<Made>(`/api/auth/two-factor/${wish}`, { method: 'POST', body: { password } });
    if (wish === 'disable') window.location.reload();
    else if (wish === 'enable') setStage({ at: 'code', made });
    else setStage({ at: 'codes', codes: made.backupCodes, title: 'newCodes' });
  };
  const offer = (wish: Wish, text: string) => (
    <Button look={enabled ? 'plain' : 'primary'} size="small" onPress={() => setStage({ at: 'password', wish })}>
      {text}
    </Button>
  );
  const action = enabled ? (
    <div className="flex flex-wrap gap-2">
      {offer('generate-backup-codes', t('newCodes'))}
      {offer('disable', t('turnOff'))}
    </div>
  ) : (
    offer('enable', t('turnOn'))
  );
  return (
    <Panel id="two-factor" title={t('title')} hint={t('hint')} action={action}>
      <p className={`flex items-center gap-2.5 text-sm font-medium ${enabled ? 'text-brand' : 'text-soft'}`}>
        <Icon aria-hidden className="size-5" />
        {enabled ? t('on') : t('off')}
      </p>
      <Modal title={t('title')} isOpen={stage !== undefined} onClose={close} asks>
        {stage?.at === 'password' && <AskPassword wish={stage.wish} onGiven={confirm} />}
        {stage?.at === 'code' && (
          <Enrolment
            uri={stage.made.totpURI}
            onDone={() => setStage({ at: 'codes', codes: stage.made.backupCodes, title: 'isOn' })}
          />
        )}
        {stage?.at === 'codes' && <BackupCodes title={t(stage.title)} codes={stage.codes} onDone={close} />}
      </Modal>
    </Panel>
  );
};

interface AskProps {
  readonly wish: Wish;
  readonly onGiven: (wish: Wish, password: string | undefined) => Promise<void>;
}

const AskPassword = ({ wish, onGiven }: AskProps) => {
  const t = useTranslations('account.twoFactor');
  return (
    <EntryForm send={({ password }) => onGiven(wish, password)} submit={t('continue')}>
      {wish === 'generate-backup-codes' && <p>{t('oldCodes')}</p>}
      <Field
        label={t('password')}
        name="password"
        type="password"
        autoComplete="current-password"
        isRequired
        autoFocus
      />
    </EntryForm>
  );
};
