'use client';

import { CircleCheck, Hourglass } from 'lucide-react';
import { useTranslations } from 'next-intl';
import type { Ring } from './ring';
import { useVocabulary } from './use-vocabulary';

/** Who takes part, and who has acknowledged the generation that is in force. */
export const Consumers = ({ ring: { consumers, generation } }: { readonly ring: Ring }) => {
  const t = useTranslations('keys');
  const { say } = useVocabulary();
  if (!consumers) return null;
  const { total, current, lagging, processes } = consumers;
  const listed = processes ?? lagging;
  const behind = Math.max(total - current, lagging.length);
  return (
    <section className="flex min-w-0 flex-col gap-3">
      <h3 className="text-sm text-soft">{t('consumers', { current, total })}</h3>
      {!processes && <p className="text-sm text-soft">{t('onlyBehind', { behind, listed: lagging.length })}</p>}
      <ul className="flex flex-col gap-1.5 empty:hidden">
        {listed.map(({ name, generation: has, why }) => {
          const done = has >= generation && why === undefined;
          const Icon = done ? CircleCheck : Hourglass;
          return (
            <li key={name} className="flex items-center gap-2.5 text-sm">
              <Icon aria-hidden className={`size-4 shrink-0 ${done ? 'text-brand' : 'text-warn'}`} />
              <span className="font-medium">{name}</span>
              <span className="text-soft tabular-nums">{t('generation', { generation: has })}</span>
              {!done && <span className="text-warn">{why === undefined ? t('waiting') : say('laggards', why)}</span>}
            </li>
          );
        })}
      </ul>
    </section>
  );
};
