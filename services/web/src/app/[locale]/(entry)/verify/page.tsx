import { getTranslations } from 'next-intl/server';
import { Link } from '@/i18n/navigation';
import { readSession } from '@/session/server';
import { parameter, type Query } from '@/sign-in/asked';
import { EntryCard } from '@/sign-in/entry-card';
import { VerifyForm } from '@/sign-in/verify-form';
import { buttonClass } from '@/ui/button-class';
import { Notice } from '@/ui/notice';

export const generateMetadata = async () => ({ title: (await getTranslations('verify'))('title') });

/** Where the link of the mail ends, and where one waits for it. */
export default async function VerifyPage({ searchParams }: { readonly searchParams: Query }) {
  const t = await getTranslations('verify');
  const failed = (await parameter(searchParams, 'error')) !== undefined;
  const done = !failed && (await parameter(searchParams, 'done')) !== undefined;
  const session = await readSession().catch(() => null);
  if (done) {
    return (
      <EntryCard title={t('doneTitle')} hint={t('done')}>
        <Link href={session ? '/tasks' : '/sign-in'} className={buttonClass()}>
          {session ? t('toTasks') : t('toSignIn')}
        </Link>
      </EntryCard>
    );
  }
  const email = session?.user.email ?? (await parameter(searchParams, 'email')) ?? '';
  return (
    <EntryCard title={t('title')} hint={t('hint')}>
      {failed && <Notice tone="error">{t('failed')}</Notice>}
      <VerifyForm email={email} />
    </EntryCard>
  );
}
