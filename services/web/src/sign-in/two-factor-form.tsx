'use client';

import { useTranslations } from 'next-intl';
import { useState } from 'react';
import { ask } from '@/api/request';
import { useSession } from '@/session/session-provider';
import { Button } from '@/ui/button';
import { Choice } from '@/ui/choice';
import { Field } from '@/ui/field';
import { EntryForm } from './entry-form';
import { bodyOf, type Onward } from './onward';
import { pageAfter } from './page-after';

type Way = 'totp' | 'backup';

const PATHS = { totp: '/api/auth/two-factor/verify-totp', backup: '/api/auth/two-factor/verify-backup-code' } as const;

/** The second factor of a sign-in: a code of the app, or one of the codes that were kept for when it is lost. */
export const TwoFactorForm = ({ onward }: { readonly onward: Onward }) => {
  const t = useTranslations('twoFactor');
  const { signedIn } = useSession();
  const [way, setWay] = useState<Way>('totp');
  const send = async ({ code = '', trust }: Readonly<Record<string, string>>): Promise<void> => {
    const body = { code: code.replaceAll(/\s/g, ''), trustDevice: trust !== undefined, ...bodyOf(onward) };
    const { url } = await ask<{ readonly url?: string }>(PATHS[way], { method: 'POST', body });
    signedIn(await pageAfter(onward, url));
  };
  return (
    <div className="flex flex-col gap-4">
      <EntryForm key={way} send={send} submit={t('submit')}>
        <Field
          label={t(`${way}.label`)}
          hint={t(`${way}.hint`)}
          name="code"
          mono
          autoFocus
          isRequired
          autoComplete="one-time-code"
          inputMode={way === 'totp' ? 'numeric' : 'text'}
        />
        <Choice name="trust" value="yes">
          {t('trust')}
        </Choice>
      </EntryForm>
      <Button look="quiet" onPress={() => setWay(way === 'totp' ? 'backup' : 'totp')}>
        {t(`${way}.other`)}
      </Button>
    </div>
  );
};
