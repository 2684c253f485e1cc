import { getTranslations } from 'next-intl/server';
import { readProviders } from '@/session/server';
import { onlySignedOut, onwardOf, parameter, type Query } from '@/sign-in/asked';
import { EntryCard } from '@/sign-in/entry-card';
import { Refusal } from '@/sign-in/refusal';
import { SignInForm } from '@/sign-in/sign-in-form';
import { queryOf } from '@/sign-in/onward';
import { ProviderButtons } from '@/sign-in/provider-buttons';
import { TextLink } from '@/sign-in/text-link';

export const generateMetadata = async () => ({ title: (await getTranslations('signIn'))('title') });

export default async function SignInPage({ searchParams }: { readonly searchParams: Query }) {
  const t = await getTranslations('signIn');
  const onward = await onwardOf(searchParams);
  await onlySignedOut(onward);
  const error = await parameter(searchParams, 'error');
  return (
    <EntryCard
      title={t('title')}
      hint={t(onward.oauthQuery === undefined ? 'hint' : 'applicationHint')}
      foot={t.rich('noAccount', { link: (text) => <TextLink href={`/sign-up?${queryOf(onward)}`}>{text}</TextLink> })}
    >
      {error !== undefined && <Refusal code={error} />}
      <SignInForm onward={onward} />
      <ProviderButtons providers={await readProviders()} onward={onward} />
    </EntryCard>
  );
}
