'use client';

import { KeyRound, Link2 } from 'lucide-react';
import { useFormatter, useLocale, useTranslations } from 'next-intl';
import { useState } from 'react';
import { useAsyncList } from 'react-aria-components';
import { ask } from '@/api/request';
import type { Provider } from '@/session/provider';
import { EntryForm } from '@/sign-in/entry-form';
import { TextLink } from '@/sign-in/text-link';
import { Button } from '@/ui/button';
import { Waiting } from '@/ui/empty';
import { LoadFailure } from '@/ui/load-failure';
import { Modal } from '@/ui/modal';
import { Notice } from '@/ui/notice';
import { Panel } from '@/ui/panel';
import { useAttempt } from '@/ui/use-submit';

/** A way in: the password, or an account elsewhere. */
interface Account {
  readonly id: string;
  readonly providerId: string;
  readonly createdAt: string;
}

const PASSWORD = 'credential';

/** The ways in that a user has, and those that could be added; nothing where only passwords are known. */
export const LinkedPanel = ({ providers }: { readonly providers: readonly Provider[] }) => {
  const t = useTranslations('account.linked');
  const [leaving, setLeaving] = useState<Account>();
  const list = useAsyncList<Account>({
    load: async ({ signal }) => ({ items: await ask<Account[]>('/api/auth/list-accounts', { signal }) }),
  });
  const accounts = list.items;
  if (providers.length === 0 && accounts.every(({ providerId }) => providerId === PASSWORD)) return null;
  const nameOf = ({ providerId }: Account): string =>
    providerId === PASSWORD ? t('password') : (providers.find(({ id }) => id === providerId)?.name ?? providerId);
  const more = providers.filter(({ id }) => accounts.every(({ providerId }) => providerId !== id));
  const hasPassword = accounts.some(({ providerId }) => providerId === PASSWORD);
  return (
    <Panel id="linked" title={t('title')} hint={t('hint')}>
      {list.loadingState === 'error' && <LoadFailure error={list.error} again={list.reload} />}
      {list.loadingState === 'loading' && accounts.length === 0 && <Waiting label={t('loading')} rows={2} />}
      <ul className="-my-2 divide-y divide-line empty:hidden">
        {accounts.map((account) => (
          <AccountRow
            key={account.id}
            account={account}
            name={nameOf(account)}
            onUnlink={accounts.length > 1 && account.providerId !== PASSWORD ? () => setLeaving(account) : undefined}
          />
        ))}
      </ul>
      {accounts.length > 0 && !hasPassword && (
        <p className="text-sm text-soft">
          {t.rich('noPassword', { link: (text) => <TextLink href="/reset">{text}</TextLink> })}
        </p>
      )}
      {accounts.length > 0 && <LinkButtons providers={more} />}
      <Unlink
        account={leaving}
        name={leaving ? nameOf(leaving) : ''}
        onClose={() => setLeaving(undefined)}
        onDone={list.reload}
      />
    </Panel>
  );
};

interface RowProps {
  readonly account: Account;
  readonly name: string;
  /** undefined: it stays. */
  readonly onUnlink: (() => void) | undefined;
}

const AccountRow = ({ account: { providerId, createdAt }, name, onUnlink }: RowProps) => {
  const t = useTranslations('account.linked');
  const format = useFormatter();
  const Icon = providerId === PASSWORD ? KeyRound : Link2;
  return (
    <li className="flex items-center gap-4 py-3.5">
      <Icon aria-hidden className="size-5 shrink-0 text-soft" />
      <div className="flex min-w-0 grow flex-col">
        <span className="font-medium">{name}</span>
        <span className="text-sm text-soft">
          {t('since', { since: format.dateTime(new Date(createdAt), { dateStyle: 'medium' }) })}
        </span>
      </div>
      {onUnlink && (
        <Button look="plain" size="small" onPress={onUnlink} aria-label={t('unlinkOne', { name })}>
          {t('unlink')}
        </Button>
      )}
    </li>
  );
};

interface UnlinkProps {
  /** undefined: closed. */
  readonly account: Account | undefined;
  readonly name: string;
  readonly onClose: () => void;
  readonly onDone: () => void;
}

const Unlink = ({ account, name, onClose, onDone }: UnlinkProps) => {
  const t = useTranslations('account.linked');
  const send = async (): Promise<void> => {
    await ask('/api/auth/unlink-account', { method: 'POST', body: { accountId: account?.id } });
    onClose();
    onDone();
  };
  return (
    <Modal asks title={t('unlinkTitle', { name })} isOpen={account !== undefined} onClose={onClose}>
      <EntryForm send={send} submit={t('unlink')}>
        <p>{t('unlinkText', { name })}</p>
      </EntryForm>
    </Modal>
  );
};

/** Leaves for the provider, which sends the user back here. */
const LinkButtons = ({ providers }: { readonly providers: readonly Provider[] }) => {
  const t = useTranslations('account.linked');
  const locale = useLocale();
  const { failure, attempt } = useAttempt();
  const begin = async (provider: string): Promise<void> => {
    const page = `/${locale}/account`;
    const body = { provider, callbackURL: page, errorCallbackURL: page };
    const { url } = await ask<{ readonly url: string }>('/api/auth/link-social', { method: 'POST', body });
    window.location.assign(url);
  };
  return (
    <>
      {failure && <Notice tone="error">{failure}</Notice>}
      <div className="flex flex-wrap gap-3 empty:hidden">
        {providers.map(({ id, name }) => (
          <Button key={id} look="plain" size="small" onPress={() => attempt(() => begin(id))}>
            {t('link', { name })}
          </Button>
        ))}
      </div>
    </>
  );
};
