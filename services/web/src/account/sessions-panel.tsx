'use client';

import { MonitorSmartphone } from 'lucide-react';
import { useFormatter, useTranslations } from 'next-intl';
import { useAsyncList } from 'react-aria-components';
import { ask } from '@/api/request';
import { Button } from '@/ui/button';
import { Waiting } from '@/ui/empty';
import { LoadFailure } from '@/ui/load-failure';
import { Notice } from '@/ui/notice';
import { Panel } from '@/ui/panel';
import { useAttempt } from '@/ui/use-submit';
import { addressOf, deviceOf } from './device';

interface Row {
  readonly id: string;
  readonly token: string;
  readonly userAgent?: string | null;
  readonly ipAddress?: string | null;
  readonly createdAt: string;
}

/** Where one is signed in, and the way to end it there. */
export const SessionsPanel = ({ current }: { readonly current: string }) => {
  const t = useTranslations('account.sessions');
  const { pending, failure, attempt } = useAttempt();
  const list = useAsyncList<Row>({
    load: async ({ signal }) => ({ items: await ask<Row[]>('/api/auth/list-sessions', { signal }) }),
  });
  const end = (path: string, body: object): Promise<void> =>
    attempt(async () => {
      await ask(`/api/auth/${path}`, { method: 'POST', body });
      list.reload();
    });
  const everywhere = (
    <Button
      look="plain"
      size="small"
      isDisabled={list.items.length < 2}
      isPending={pending}
      onPress={() => void end('revoke-other-sessions', {})}
    >
      {t('endOthers')}
    </Button>
  );
  return (
    <Panel id="sessions" title={t('title')} hint={t('hint')} action={everywhere}>
      {failure && <Notice tone="error">{failure}</Notice>}
      {list.loadingState === 'error' && <LoadFailure error={list.error} again={list.reload} />}
      {list.loadingState === 'loading' && list.items.length === 0 && <Waiting label={t('loading')} rows={2} />}
      <ul className="-my-2 divide-y divide-line empty:hidden">
        {list.items.map((row) => (
          <SessionRow
            key={row.id}
            row={row}
            isCurrent={row.id === current}
            onEnd={() => void end('revoke-session', { token: row.token })}
          />
        ))}
      </ul>
    </Panel>
  );
};

interface RowProps {
  readonly row: Row;
  readonly isCurrent: boolean;
  readonly onEnd: () => void;
}

const SessionRow = ({ row: { userAgent, ipAddress, createdAt }, isCurrent, onEnd }: RowProps) => {
  const t = useTranslations('account.sessions');
  const format = useFormatter();
  const device = deviceOf(userAgent ?? '') ?? t('unknown');
  const since = format.dateTime(new Date(createdAt), { dateStyle: 'medium', timeStyle: 'short' });
  return (
    <li className="flex items-center gap-4 py-3.5">
      <MonitorSmartphone aria-hidden className="size-5 shrink-0 text-soft" />
      <div className="flex min-w-0 grow flex-col">
        <span className="font-medium">{device}</span>
        <span className="text-sm text-soft">
          {[t('since', { since }), addressOf(ipAddress ?? '')].filter(Boolean).join(' · ')}
        </span>
      </div>
      {isCurrent ? (
        <span className="shrink-0 rounded-full bg-brand-soft px-2.5 py-0.5 text-sm text-brand">{t('current')}</span>
      ) : (
        <Button look="plain" size="small" onPress={onEnd} aria-label={t('endOne', { device, since })}>
          {t('end')}
        </Button>
      )}
    </li>
  );
};
