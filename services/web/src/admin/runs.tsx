'use client';

import { useFormatter, useTranslations } from 'next-intl';
import type { Phase, Run } from './ring';

const SHOWN = 5;

/** Of those that have ended. */
const LOOKS: Readonly<Partial<Record<Phase, string>>> = {
  Complete: 'text-brand',
  Refused: 'text-danger',
  Aborted: 'text-soft',
  Superseded: 'text-soft',
};

/** What was asked for lately, and what became of it; the newest first. */
export const Runs = ({ runs }: { readonly runs: readonly Run[] }) => {
  const t = useTranslations('keys');
  return (
    <section className="flex min-w-0 flex-col gap-3">
      <h3 className="text-sm text-soft">{t('history')}</h3>
      {runs.length === 0 && <p className="text-sm text-soft">{t('noRuns')}</p>}
      <ol aria-live="polite" aria-label={t('history')} className="flex flex-col gap-2.5">
        {runs.slice(0, SHOWN).map((run) => (
          <RunLine key={run.id} run={run} />
        ))}
      </ol>
    </section>
  );
};

const RunLine = ({ run: { kind, phase, timeline, acks, refused } }: { readonly run: Run }) => {
  const t = useTranslations('keys');
  const format = useFormatter();
  const begun = timeline[0]?.at;
  const last = timeline.at(-1);
  const seconds = begun && last ? (Date.parse(last.at) - Date.parse(begun)) / 1_000 : 0;
  const working = !(phase in LOOKS);
  return (
    <li className="flex flex-col text-sm">
      <div className="flex flex-wrap items-baseline gap-x-2.5">
        <span className="font-medium">{t(`kinds.${kind}`)}</span>
        <span className={LOOKS[phase] ?? 'text-info'}>{t(`phases.${phase}`)}</span>
        {begun && (
          <time dateTime={begun} className="text-soft tabular-nums">
            {format.dateTime(new Date(begun), { timeStyle: 'medium' })}
          </time>
        )}
        {!working && (
          <span className="text-soft tabular-nums">
            {t('took', { seconds: format.number(seconds, { maximumFractionDigits: 1 }) })}
          </span>
        )}
        {working && acks && <span className="text-soft tabular-nums">{t('acks', acks)}</span>}
      </div>
      {working && last && <p className="text-soft">{[last.event, last.message].filter(Boolean).join(': ')}</p>}
      {refused && <p className="text-soft">{refused.message}</p>}
    </li>
  );
};
