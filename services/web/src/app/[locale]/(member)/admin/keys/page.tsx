import { getTranslations } from 'next-intl/server';
import { KeysView } from '@/admin/keys-view';
import { requireSession } from '@/session/server';
import { PageHead } from '@/ui/panel';

export const generateMetadata = async () => ({ title: (await getTranslations('keys'))('title') });

export default async function KeysPage() {
  const { user } = await requireSession();
  const t = await getTranslations('keys');
  return (
    <>
      <PageHead title={t('title')} hint={t('hint')} />
      <KeysView email={user.email} />
    </>
  );
}
