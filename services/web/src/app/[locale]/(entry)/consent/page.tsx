import { getTranslations } from 'next-intl/server';
import { notFound } from 'next/navigation';
import type { ReactNode } from 'react';
import { askAuthService, requireSession } from '@/session/server';
import { oauthQueryOf, type Query } from '@/sign-in/asked';
import { ConsentForm } from '@/sign-in/consent-form';
import { EntryCard } from '@/sign-in/entry-card';
import { TextLink } from '@/sign-in/text-link';

export const generateMetadata = async () => ({ title: (await getTranslations('consent'))('title') });

/** What an application calls itself; undefined where there is no such application. Throws an Error when nobody says. */
const nameOf = async (clientId: string): Promise<string | undefined> => {
  const answer = await askAuthService(`/api/auth/oauth2/public-client?client_id=${encodeURIComponent(clientId)}`);
  if (answer.status === 404) return undefined;
  if (!answer.ok) throw new Error(`the auth service answered ${answer.status}`);
  return ((await answer.json()) as { readonly client_name?: string }).client_name ?? clientId;
};

/** Empty for an application of this device, whose address is a scheme of its own. */
const hostOf = (address: string): string => (URL.canParse(address) ? new URL(address).host : '');

/** Asks whether an application may have what it asks for. */
export default async function ConsentPage({ searchParams }: { readonly searchParams: Query }) {
  const { user } = await requireSession();
  const t = await getTranslations('consent');
  const oauthQuery = await oauthQueryOf(searchParams);
  const asked = new URLSearchParams(oauthQuery);
  const name = await nameOf(asked.get('client_id') ?? '');
  if (oauthQuery === undefined || name === undefined) notFound();
  const other = { link: (text: ReactNode) => <TextLink href={`/sign-in?${oauthQuery}`}>{text}</TextLink> };
  return (
    <EntryCard title={t('title')} hint={t('hint', { name })} foot={t.rich('other', { email: user.email, ...other })}>
      <ConsentForm
        oauthQuery={oauthQuery}
        scopes={[...new Set(asked.get('scope')?.split(' '))].filter(Boolean)}
        backTo={hostOf(asked.get('redirect_uri') ?? '') || t('thisDevice')}
      />
    </EntryCard>
  );
}
