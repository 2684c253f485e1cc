'use client';

import { Check } from 'lucide-react';
import { useTranslations } from 'next-intl';
import { useState } from 'react';
import { SignedOut } from '@/api/failure';
import { ask } from '@/api/request';
import { useSession } from '@/session/session-provider';
import { Button } from '@/ui/button';
import { Notice } from '@/ui/notice';
import { useFailureText } from '@/ui/use-submit';

interface Props {
  readonly oauthQuery: string;
  readonly scopes: readonly string[];
  /** Where the answer goes, as people know it. */
  readonly backTo: string;
}

/** What the application would get, and the answer. */
export const ConsentForm = ({ oauthQuery, scopes, backTo }: Props) => {
  const t = useTranslations('consent');
  const textOf = useFailureText();
  const { signedOut } = useSession();
  const [answered, setAnswered] = useState<boolean>();
  const [failure, setFailure] = useState<string>();
  const answer = async (accept: boolean): Promise<void> => {
    setAnswered(accept);
    setFailure(undefined);
    try {
      const body = { accept, oauth_query: oauthQuery };
      const { url } = await ask<{ readonly url: string }>('/api/auth/oauth2/consent', { method: 'POST', body });
      window.location.assign(url);
    } catch (error) {
      if (error instanceof SignedOut) return signedOut();
      setFailure(textOf(error));
      setAnswered(undefined);
    }
  };
  return (
    <>
      {failure && <Notice tone="error">{failure}</Notice>}
      <Scopes scopes={scopes} />
      <p className="text-sm text-soft">{t('backTo', { backTo })}</p>
      <div className="grid grid-cols-2 gap-3">
        <Button look="plain" isPending={answered === false} onPress={() => void answer(false)}>
          {t('deny')}
        </Button>
        <Button isPending={answered === true} onPress={() => void answer(true)}>
          {t('allow')}
        </Button>
      </div>
    </>
  );
};

const Scopes = ({ scopes }: Pick<Props, 'scopes'>) => {
  const t = useTranslations('consent.scopes');
  const textOf = (scope: string): string => {
    const known = scope.replaceAll(':', '-') as Parameters<typeof t>[0];
    return t.has(known) ? t(known) : scope;
  };
  return (
    <ul className="flex flex-col gap-2.5 rounded-lg bg-sunken p-4">
      {scopes.map((scope) => (
        <li key={scope} className="flex items-start gap-2.5">
          <Check aria-hidden className="mt-1 size-4 shrink-0 text-brand" />
          {textOf(scope)}
        </li>
      ))}
    </ul>
  );
};
