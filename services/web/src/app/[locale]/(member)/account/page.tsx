import { getTranslations } from 'next-intl/server';
import { AccountView } from '@/account/account-view';
import { requireSession } from '@/session/server';
import { PageHead } from '@/ui/panel';

export const generateMetadata = async () => ({ title: (await getTranslations('account'))('title') });

export default async function AccountPage() {
  const { user, session } = await requireSession();
  const t = await getTranslations('account');
  return (
    <div className="mx-auto flex w-full max-w-3xl flex-col gap-6">
      <PageHead title={t('title')} hint={t('hint')} />
      <AccountView user={user} sessionId={session.id} />
    </div>
  );
}
