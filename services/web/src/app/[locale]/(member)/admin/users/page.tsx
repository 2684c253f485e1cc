import { getTranslations } from 'next-intl/server';
import { UsersView } from '@/admin/users-view';
import { PageHead } from '@/ui/panel';

export const generateMetadata = async () => ({ title: (await getTranslations('users'))('title') });

export default async function UsersPage() {
  const t = await getTranslations('users');
  return (
    <>
      <PageHead title={t('title')} hint={t('hint')} />
      <UsersView />
    </>
  );
}
