'use client';

import { useTranslations } from 'next-intl';
import { Button } from '@/ui/button';
import { isLive, type Key, type KeyState, keysToShow, type Ring, type Segment, timeLine } from './ring';
import { shortKid } from './short-kid';
import { useMoment } from './use-moment';

const BADGES: Readonly<Record<KeyState, string>> = {
  pending: 'bg-info-soft text-info',
  active: 'bg-brand-soft text-brand',
  draining: 'bg-warn-soft text-warn',
  retired: 'bg-gone-soft text-gone',
  compromised: 'bg-danger-soft text-danger',
  revoked: 'bg-danger-soft text-danger',
};

const BARS: Readonly<Record<KeyState, string>> = {
  pending: 'bg-info/45',
  active: 'bg-brand',
  draining: 'bg-warn/55',
  retired: 'bg-gone/40',
  compromised: 'bg-danger',
  revoked: 'bg-danger/45',
};

interface Props {
  readonly ring: Ring;
  /** Epoch milliseconds. */
  readonly at: number;
  readonly onRevoke: (key: Key) => void;
}

/** Keys by state, and over time: what each was, is, and will be. */
export const KeyLines = ({ ring, at, onRevoke }: Props) => {
  const t = useTranslations('keys');
  const shown = keysToShow(ring.keys);
  const { lines, now } = timeLine(shown, at);
  return (
    <ul aria-label={t('keysOf', { ring: ring.ring })} className="flex flex-col gap-3">
      {shown.map((key) => (
        <li
          key={key.kid}
          className="grid grid-cols-[minmax(0,1fr)_auto] items-center gap-x-4 gap-y-0.5 sm:grid-cols-[14rem_1fr_6rem]"
        >
          <div className="flex items-center gap-2.5">
            <span
              className={`w-24 shrink-0 rounded-full px-2 py-0.5 text-center text-xs font-medium ${BADGES[key.state]}`}
            >
              {t(`states.${key.state}`)}
            </span>
            <code className="truncate font-mono text-sm" title={key.kid}>
              {shortKid(key.kid)}
            </code>
          </div>
          <Bar segments={lines.get(key.kid) ?? []} now={now} />
          <div className="flex justify-end">
            {isLive(key) && (
              <Button
                look="quiet"
                size="small"
                onPress={() => onRevoke(key)}
                aria-label={t('revokeKey', { key: shortKid(key.kid) })}
              >
                {t('revoke')}
              </Button>
            )}
          </div>
          <Times of={key} at={at} />
        </li>
      ))}
    </ul>
  );
};

const Times = ({
  of: { state, createdAt, activatedAt, drainUntil },
  at,
}: {
  readonly of: Key;
  readonly at: number;
}) => {
  const t = useTranslations('keys.times');
  const moment = useMoment(at);
  const times = [
    t('made', { at: moment(createdAt) }),
    ...(activatedAt ? [t('activated', { at: moment(activatedAt) })] : []),
    ...(drainUntil && state === 'draining' ? [t('drains', { at: moment(drainUntil) })] : []),
  ];
  return <p className="order-last col-span-full text-xs text-soft tabular-nums">{times.join(' · ')}</p>;
};

/** For the eye only: the state beside it and the times below it say the same. */
const Bar = ({ segments, now }: { readonly segments: readonly Segment[]; readonly now: number }) => (
  <div aria-hidden className="relative order-last col-span-2 h-3 rounded-full bg-sunken sm:order-none sm:col-span-1">
    {segments.map(({ state, from, to }) => (
      <span
        key={state}
        className={`absolute inset-y-0 rounded-full transition-[left,width] duration-500 ${BARS[state]}`}
        style={{ left: `${from}%`, width: `${Math.max(0.6, to - from)}%` }}
      />
    ))}
    <span className="absolute -inset-y-1 w-px bg-text/50" style={{ left: `${now}%` }} />
  </div>
);
