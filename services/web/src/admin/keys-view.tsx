'use client';

import { useTranslations } from 'next-intl';
import { useState } from 'react';
import { Waiting } from '@/ui/empty';
import { Notice } from '@/ui/notice';
import { Panel } from '@/ui/panel';
import { useFailureText } from '@/ui/use-submit';
import { type Order, OrderDialog } from './order-dialog';
import { RingPanel } from './ring-panel';
import { useRings } from './use-rings';

/** Every ring, as it is now. */
export const KeysView = ({ email }: { readonly email: string }) => {
  const t = useTranslations('keys');
  const textOf = useFailureText();
  const { rings, runs, at, failure, refresh } = useRings();
  const [order, setOrder] = useState<Order>();
  return (
    <>
      {failure !== undefined && (
        <Notice tone="error" title={t('failed')}>
          {textOf(failure)}
        </Notice>
      )}
      {!rings && failure === undefined && (
        <Panel>
          <Waiting label={t('loading')} />
        </Panel>
      )}
      {rings?.map((ring) => (
        <RingPanel key={ring.ring} ring={ring} runs={runs.get(ring.ring) ?? []} at={at} onOrder={setOrder} />
      ))}
      <OrderDialog order={order} email={email} onClose={() => setOrder(undefined)} onDone={refresh} />
    </>
  );
};
