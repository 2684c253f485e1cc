import { getTranslations } from 'next-intl/server';
import { AccountView } from '@/account/account-view';
import { AccountNews } from '@/account/news';
import { readProviders, requireSession } from '@/session/server';
import type { Query } from '@/sign-in/asked';
import { PageHead } from '@/ui/panel';

export const generateMetadata = async () => ({ title: (await getTranslations('account'))('title') });

export default async function AccountPage({ searchParams }: { readonly searchParams: Query }) {
  const { user, session } = await requireSession();
  const t = await getTranslations('account');
  return (
    <div className="mx-auto flex w-full max-w-3xl flex-col gap-6">
      <PageHead title={t('title')} hint={t('hint')} />
      <AccountNews user={user} query={searchParams} />
      <AccountView user={user} sessionId={session.id} providers={await readProviders()} />
    </div>
  );
}
