import { getTranslations } from 'next-intl/server';
import { callbackOf, onlySignedOut, type Query } from '@/sign-in/asked';
import { EntryCard } from '@/sign-in/entry-card';
import { SignUpForm } from '@/sign-in/sign-up-form';
import { TextLink } from '@/sign-in/text-link';

export const generateMetadata = async () => ({ title: (await getTranslations('signUp'))('title') });

export default async function SignUpPage({ searchParams }: { readonly searchParams: Query }) {
  const t = await getTranslations('signUp');
  const callback = await callbackOf(searchParams);
  await onlySignedOut(callback);
  const query = `?callback=${encodeURIComponent(callback)}`;
  return (
    <EntryCard
      title={t('title')}
      hint={t('hint')}
      foot={t.rich('haveAccount', { link: (text) => <TextLink href={`/sign-in${query}`}>{text}</TextLink> })}
    >
      <SignUpForm callback={callback} />
    </EntryCard>
  );
}
