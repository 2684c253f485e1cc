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

type Stage = { readonly at: 'password' } | { readonly at: 'code' | 'codes'; readonly made: Made };

/** Two-factor sign-in, on and off; both ask for the password. */
export const TwoFactorPanel = ({ enabled }: { readonly enabled: boolean }) => {
  const t = useTranslations('account.twoFactor');
  const [stage, setStage] = useState<Stage>();
  const Icon = enabled ? ShieldCheck : ShieldOff;
  const close = (): void => {
    const changed = stage?.at === 'codes';
    setStage(undefined);
    if (changed) window.location.reload();
  };
  const confirm = async ({ password }: Readonly<Record<string, string>>): Promise<void> => {
    const path = `/api/auth/two-factor/${enabled ? 'disable' : 'enable'}`;
    const made = await ask<Made>(path, { method: 'POST', body: { password } });
    if (enabled) window.location.reload();
    else setStage({ at: 'code', made });
  };
  const action = (
    <Button look={enabled ? 'plain' : 'primary'} size="small" onPress={() => setStage({ at: 'password' })}>
      {enabled ? t('turnOff') : t('turnOn')}
    </Button>
  );
  return (
    <Panel id="two-factor" title={t('title')} hint={t('hint')} action={action}>
      <p className={`flex items-center gap-2.5 text-sm font-medium ${enabled ? 'text-brand' : 'text-soft'}`}>
        <Icon aria-hidden className="size-5" />
        {enabled ? t('on') : t('off')}
      </p>
      <Modal title={t('title')} isOpen={stage !== undefined} onClose={close} asks>
        {stage?.at === 'password' && (
          <EntryForm send={confirm} submit={t('continue')}>
            <Field
              label={t('password')}
              name="password"
              type="password"
              autoComplete="current-password"
              isRequired
              autoFocus
            />
          </EntryForm>
        )}
        {stage?.at === 'code' && (
          <Enrolment uri={stage.made.totpURI} onDone={() => setStage({ at: 'codes', made: stage.made })} />
        )}
        {stage?.at === 'codes' && <BackupCodes codes={stage.made.backupCodes} onDone={close} />}
      </Modal>
    </Panel>
  );
};
