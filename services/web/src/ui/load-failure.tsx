'use client';

import { useTranslations } from 'next-intl';
import { useEffect } from 'react';
import { SignedOut } from '@/api/failure';
import { useSession } from '@/session/session-provider';
import { Button } from './button';
import { Notice } from './notice';
import { useFailureText } from './use-submit';

interface Props {
  readonly title?: string;
  readonly error: unknown;
  readonly again: () => void;
}

/** In the place of a list that could not be loaded; without a session, on to the sign-in. */
export const LoadFailure = ({ title, error, again }: Props) => {
  const t = useTranslations('failure');
  const textOf = useFailureText();
  const { signedOut } = useSession();
  const leaving = error instanceof SignedOut;
  useEffect(() => {
    if (leaving) signedOut();
  }, [leaving, signedOut]);
  if (leaving) return null;
  const retry = (
    <Button look="plain" size="small" onPress={again}>
      {t('again')}
    </Button>
  );
  return (
    <Notice tone="error" title={title} action={retry}>
      {textOf(error)}
    </Notice>
  );
};
