'use client';

import { useLocale, useTranslations } from 'next-intl';
import { useState } from 'react';
import { ask } from '@/api/request';
import type { Provider } from '@/session/provider';
import { Button } from '@/ui/button';
import { Notice } from '@/ui/notice';
import { useFailureText } from '@/ui/use-submit';
import { bodyOf, type Onward, queryOf } from './onward';

interface Props {
  readonly providers: readonly Provider[];
  readonly onward: Onward;
}

/** Signing in with an account elsewhere, where the platform offers it. */
export const ProviderButtons = ({ providers, onward }: Props) => {
  const t = useTranslations('signIn');
  const locale = useLocale();
  const textOf = useFailureText();
  const [chosen, setChosen] = useState<string>();
  const [failure, setFailure] = useState<string>();
  if (providers.length === 0) return null;
  const begin = async (provider: string): Promise<void> => {
    setChosen(provider);
    setFailure(undefined);
    const errorCallbackURL = `/${locale}/sign-in?${queryOf(onward)}`;
    const body = { provider, callbackURL: onward.page, errorCallbackURL, ...bodyOf(onward) };
    try {
      const { url } = await ask<{ readonly url: string }>('/api/auth/sign-in/social', { method: 'POST', body });
      window.location.assign(url);
    } catch (error) {
      setFailure(textOf(error));
      setChosen(undefined);
    }
  };
  return (
    <div className="flex flex-col gap-3">
      <p className="flex items-center gap-3 text-sm text-soft before:h-px before:grow before:bg-line after:h-px after:grow after:bg-line">
        {t('or')}
      </p>
      {failure && <Notice tone="error">{failure}</Notice>}
      {providers.map(({ id, name }) => (
        <Button key={id} look="plain" isPending={chosen === id} onPress={() => void begin(id)}>
          {t('with', { name })}
        </Button>
      ))}
    </div>
  );
};
