'use client';

import { RotateCw, X } from 'lucide-react';
import { useTranslations } from 'next-intl';
import { Button } from '@/ui/button';
import { Notice } from '@/ui/notice';
import { Panel } from '@/ui/panel';
import { Consumers } from './consumers';
import { KeyLines } from './key-lines';
import type { Order } from './order-dialog';
import type { Ring, Run } from './ring';
import { Runs } from './runs';
import { useMoment } from './use-moment';

interface Props {
  readonly ring: Ring;
  readonly runs: readonly Run[];
  readonly at: number;
  readonly onOrder: (order: Order) => void;
}

export const RingPanel = ({ ring, runs, at, onOrder }: Props) => {
  const t = useTranslations('keys');
  const moment = useMoment(at);
  const { type, algorithm, generation, nextRotation, currentRun, conditions = [] } = ring;
  const stalled = conditions.find((one) => one.type === 'Stalled' && one.status === 'True');
  const facts = [
    t(`types.${type}`),
    algorithm,
    t('generation', { generation }),
    ...(nextRotation ? [t('next', { at: moment(nextRotation) })] : []),
  ];
  const actions = (
    <div className="flex gap-2">
      {currentRun !== undefined && (
        <Button look="plain" size="small" onPress={() => onOrder({ kind: 'abort', ring })}>
          <X aria-hidden className="size-4" />
          {t('abort')}
        </Button>
      )}
      <Button
        size="small"
        onPress={() => onOrder({ kind: 'rotate', ring })}
        aria-label={t('rotateRing', { ring: ring.ring })}
      >
        <RotateCw aria-hidden className="size-4" />
        {t('rotate')}
      </Button>
    </div>
  );
  return (
    <Panel id={ring.ring} title={ring.ring} hint={facts.join(' · ')} action={actions}>
      {stalled && (
        <Notice tone="warning" title={t('stalled')}>
          {stalled.message}
        </Notice>
      )}
      <KeyLines ring={ring} at={at} onRevoke={(key) => onOrder({ kind: 'revoke', ring, key })} />
      <div className="grid gap-6 border-t border-line pt-5 md:grid-cols-2">
        <Consumers ring={ring} />
        <Runs runs={runs} at={at} />
      </div>
    </Panel>
  );
};
