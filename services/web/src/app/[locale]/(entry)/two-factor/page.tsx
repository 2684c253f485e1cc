import { getTranslations } from 'next-intl/server';
import { onlySignedOut, onwardOf, type Query } from '@/sign-in/asked';
import { EntryCard } from '@/sign-in/entry-card';
import { TextLink } from '@/sign-in/text-link';
import { TwoFactorForm } from '@/sign-in/two-factor-form';

export const generateMetadata = async () => ({ title: (await getTranslations('twoFactor'))('title') });

export default async function TwoFactorPage({ searchParams }: { readonly searchParams: Query }) {
  const t = await getTranslations('twoFactor');
  const onward = await onwardOf(searchParams);
  await onlySignedOut(onward);
  return (
    <EntryCard title={t('title')} hint={t('hint')} foot={<TextLink href="/sign-in">{t('back')}</TextLink>}>
      <TwoFactorForm onward={onward} />
    </EntryCard>
  );
}
