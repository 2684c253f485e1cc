'use client';

import { useFormatter, useTranslations } from 'next-intl';
import { useState } from 'react';
import { Button } from '@/ui/button';
import type { Run } from './ring';
import { useMoment } from './use-moment';
import { useVocabulary } from './use-vocabulary';

const SHOWN = 5;

/** Of those that have ended. */
const LOOKS: Readonly<Record<string, string>> = {
  Complete: 'text-brand',
  Refused: 'text-danger',
  Aborted: 'text-soft',
  Superseded: 'text-soft',
};

interface Props {
  readonly runs: readonly Run[];
  /** When they were so, epoch milliseconds. */
  readonly at: number;
}

/** What was asked for lately, and what became of it; the newest first. */
export const Runs = ({ runs, at }: Props) => {
  const t = useTranslations('keys');
  const [all, setAll] = useState(false);
  return (
    <section className="flex min-w-0 flex-col gap-3">
      <h3 className="text-sm text-soft">{t('history')}</h3>
      {runs.length === 0 && <p className="text-sm text-soft">{t('noRuns')}</p>}
      <ol aria-live="polite" aria-label={t('history')} className="flex flex-col gap-2.5">
        {runs.slice(0, all ? undefined : SHOWN).map((run) => (
          <RunLine key={run.id} run={run} at={at} />
        ))}
      </ol>
      {runs.length > SHOWN && (
        <Button look="plain" size="small" className="self-start" aria-expanded={all} onPress={() => setAll(!all)}>
          {all ? t('showFewer') : t('showAll', { count: runs.length })}
        </Button>
      )}
    </section>
  );
};

const RunLine = ({ run, at }: { readonly run: Run; readonly at: number }) => {
  const t = useTranslations('keys');
  const format = useFormatter();
  const moment = useMoment(at);
  const { say } = useVocabulary();
  const { kind, phase, timeline, acks, refused } = run;
  const begun = timeline[0]?.at;
  const last = timeline.at(-1);
  const seconds = begun && last ? (Date.parse(last.at) - Date.parse(begun)) / 1_000 : 0;
  const working = !(phase in LOOKS);
  return (
    <li className="flex flex-col text-sm">
      <div className="flex flex-wrap items-baseline gap-x-2.5">
        <span className="font-medium">{t(`kinds.${kind}`)}</span>
        <span className={LOOKS[phase] ?? 'text-info'}>{say('phases', phase)}</span>
        {begun && (
          <time dateTime={begun} className="text-soft tabular-nums">
            {moment(begun)}
          </time>
        )}
        {!working && (
          <span className="text-soft tabular-nums">
            {t('took', { seconds: format.number(seconds, { maximumFractionDigits: 1 }) })}
          </span>
        )}
        {working && acks && <span className="text-soft tabular-nums">{t('acks', acks)}</span>}
      </div>
      {working && <LastEvent of={run} />}
      {refused && <p className="text-soft">{refused.message}</p>}
    </li>
  );
};

/** What happened last, or what is waited for, and for whom. */
const LastEvent = ({ of: { ring, timeline, waitingFor = [] } }: { readonly of: Run }) => {
  const { known, say } = useVocabulary();
  const last = timeline.at(-1);
  if (!last) return null;
  const wait = known('waits', last.event, { ring });
  const event = known('events', last.event) ?? known('phases', last.event);
  const holders = waitingFor.map(({ name, why }) => (why ? `${name} (${say('laggards', why)})` : name)).join(', ');
  const said = wait ? [wait, holders] : event ? [event] : [last.event, last.message];
  return <p className="text-soft">{said.filter(Boolean).join(': ')}</p>;
};
