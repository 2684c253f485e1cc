import { getTranslations } from 'next-intl/server';
import { parameter, type Query } from '@/sign-in/asked';
import { EntryCard } from '@/sign-in/entry-card';
import { NewPasswordForm, RequestResetForm } from '@/sign-in/reset-form';
import { TextLink } from '@/sign-in/text-link';
import { Notice } from '@/ui/notice';

export const generateMetadata = async () => ({ title: (await getTranslations('reset'))('title') });

/** Asks for the mail; with the token of its link, chooses the new password. */
export default async function ResetPage({ searchParams }: { readonly searchParams: Query }) {
  const t = await getTranslations('reset');
  const token = await parameter(searchParams, 'token');
  const failed = (await parameter(searchParams, 'error')) !== undefined;
  const foot = <TextLink href="/sign-in">{t('back')}</TextLink>;
  return token && !failed ? (
    <EntryCard title={t('newTitle')} hint={t('newHint')} foot={foot}>
      <NewPasswordForm token={token} />
    </EntryCard>
  ) : (
    <EntryCard title={t('title')} hint={t('hint')} foot={foot}>
      {failed && <Notice tone="error">{t('failed')}</Notice>}
      <RequestResetForm />
    </EntryCard>
  );
}
