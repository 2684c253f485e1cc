import { getTranslations } from 'next-intl/server';
import { callbackOf, onlySignedOut, type Query } from '@/sign-in/asked';
import { EntryCard } from '@/sign-in/entry-card';
import { SignInForm } from '@/sign-in/sign-in-form';
import { TextLink } from '@/sign-in/text-link';

export const generateMetadata = async () => ({ title: (await getTranslations('signIn'))('title') });

export default async function SignInPage({ searchParams }: { readonly searchParams: Query }) {
  const t = await getTranslations('signIn');
  const callback = await callbackOf(searchParams);
  await onlySignedOut(callback);
  const query = `?callback=${encodeURIComponent(callback)}`;
  return (
    <EntryCard
      title={t('title')}
      hint={t('hint')}
      foot={t.rich('noAccount', { link: (text) => <TextLink href={`/sign-up${query}`}>{text}</TextLink> })}
    >
      <SignInForm callback={callback} />
    </EntryCard>
  );
}
