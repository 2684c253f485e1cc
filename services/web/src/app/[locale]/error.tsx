'use client';

import { CloudOff } from 'lucide-react';
import { useTranslations } from 'next-intl';
import { Button } from '@/ui/button';
import { Empty } from '@/ui/empty';

/** A page that could not be made; nearly always a service that is away for a moment. */
export default function PageError() {
  const t = useTranslations('failure');
  return (
    <div className="my-auto" role="alert">
      <Empty
        icon={CloudOff}
        title={<h1>{t('pageTitle')}</h1>}
        action={<Button onPress={() => window.location.reload()}>{t('again')}</Button>}
      >
        {t('unavailable')}
      </Empty>
    </div>
  );
}
