import { getTranslations } from 'next-intl/server';
import { Waiting } from '@/ui/empty';

export default async function Loading() {
  const t = await getTranslations('ui');
  return <Waiting label={t('loading')} />;
}
