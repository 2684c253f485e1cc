import { getTranslations } from 'next-intl/server';
import { readProviders } from '@/session/server';
import { onlySignedOut, onwardOf, type Query } from '@/sign-in/asked';
import { EntryCard } from '@/sign-in/entry-card';
import { SignUpForm } from '@/sign-in/sign-up-form';
import { queryOf } from '@/sign-in/onward';
import { ProviderButtons } from '@/sign-in/provider-buttons';
import { TextLink } from '@/sign-in/text-link';

export const generateMetadata = async () => ({ title: (await getTranslations('signUp'))('title') });

export default async function SignUpPage({ searchParams }: { readonly searchParams: Query }) {
  const t = await getTranslations('signUp');
  const onward = await onwardOf(searchParams);
  await onlySignedOut(onward);
  return (
    <EntryCard
      title={t('title')}
      hint={t('hint')}
      foot={t.rich('haveAccount', { link: (text) => <TextLink href={`/sign-in?${queryOf(onward)}`}>{text}</TextLink> })}
    >
      <SignUpForm onward={onward} />
      <ProviderButtons providers={await readProviders()} onward={onward} />
    </EntryCard>
  );
}
