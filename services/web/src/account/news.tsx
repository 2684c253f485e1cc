import { getTranslations } from 'next-intl/server';
import type { User } from '@/session/session';
import { parameter, type Query } from '@/sign-in/asked';
import { Refusal } from '@/sign-in/refusal';
import { Notice } from '@/ui/notice';
import { addressMark } from './address-mark';

interface Props {
  readonly user: User;
  readonly query: Query;
}

/** What became of a link in a mail, or of the way to a provider, which both end at this page. */
export const AccountNews = async ({ user, query }: Props) => {
  const t = await getTranslations('account.news');
  const error = await parameter(query, 'error');
  if (error !== undefined) return <Refusal code={error} />;
  const address = await parameter(query, 'address');
  if (address === undefined) return null;
  return address === (await addressMark(user.email)) ? (
    <Notice tone="success">{t('changed', { email: user.email })}</Notice>
  ) : (
    <Notice tone="info" title={t('oneMoreTitle')}>
      {t('oneMore')}
    </Notice>
  );
};
