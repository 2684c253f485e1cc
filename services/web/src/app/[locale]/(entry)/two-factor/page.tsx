import { getTranslations } from 'next-intl/server';
import { callbackOf, onlySignedOut, type Query } from '@/sign-in/asked';
import { EntryCard } from '@/sign-in/entry-card';
import { TextLink } from '@/sign-in/text-link';
import { TwoFactorForm } from '@/sign-in/two-factor-form';

export const generateMetadata = async () => ({ title: (await getTranslations('twoFactor'))('title') });

export default async function TwoFactorPage({ searchParams }: { readonly searchParams: Query }) {
  const t = await getTranslations('twoFactor');
  const callback = await callbackOf(searchParams);
  await onlySignedOut(callback);
  return (
    <EntryCard title={t('title')} hint={t('hint')} foot={<TextLink href="/sign-in">{t('back')}</TextLink>}>
      <TwoFactorForm callback={callback} />
    </EntryCard>
  );
}
