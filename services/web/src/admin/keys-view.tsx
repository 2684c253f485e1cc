'use client';

import { useTranslations } from 'next-intl';
import { useState } from 'react';
import { Waiting } from '@/ui/empty';
import { Notice } from '@/ui/notice';
import { Panel } from '@/ui/panel';
import { useFailureText } from '@/ui/use-submit';
import { ConfirmSignIn } from './confirm-sign-in';
import { type Order, OrderDialog } from './order-dialog';
import { RingPanel } from './ring-panel';
import { useRings } from './use-rings';

/** Every ring, as it is now. */
export const KeysView = ({ email }: { readonly email: string }) => {
  const t = useTranslations('keys');
  const textOf = useFailureText();
  const { rings, runs, at, failure, refresh } = useRings();
  const [order, setOrder] = useState<Order>();
  const [unconfirmed, setUnconfirmed] = useState(false);
  return (
    <>
      {unconfirmed && <ConfirmSignIn email={email} onDone={() => setUnconfirmed(false)} />}
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
      <OrderDialog
        order={order}
        onClose={() => setOrder(undefined)}
        onDone={refresh}
        onUnconfirmed={() => setUnconfirmed(true)}
      />
    </>
  );
};
