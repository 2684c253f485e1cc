import { KeyRound, ListChecks, ShieldCheck } from 'lucide-react';
import { getTranslations } from 'next-intl/server';
import { Link } from '@/i18n/navigation';
import { readSession } from '@/session/server';
import { buttonClass } from '@/ui/button-class';

const POINTS = [
  { key: 'tasks', Icon: ListChecks },
  { key: 'keys', Icon: KeyRound },
  { key: 'safe', Icon: ShieldCheck },
] as const;

export default async function Home() {
  const t = await getTranslations('home');
  const session = await readSession().catch(() => null);
  return (
    <div className="mx-auto flex w-full max-w-6xl grow flex-col justify-center gap-16 px-4 py-16 sm:px-6 sm:py-24">
      <div className="flex max-w-3xl flex-col items-start gap-6">
        <h1 className="text-4xl tracking-tight sm:text-5xl">{t('title')}</h1>
        <p className="max-w-xl text-lg text-soft">{t('text')}</p>
        <div className="flex flex-wrap gap-3">
          {session ? (
            <Link href="/tasks" className={buttonClass()}>
              {t('toTasks')}
            </Link>
          ) : (
            <>
              <Link href="/sign-up" className={buttonClass()}>
                {t('signUp')}
              </Link>
              <Link href="/sign-in" className={buttonClass('plain')}>
                {t('signIn')}
              </Link>
            </>
          )}
        </div>
      </div>
      <ul className="grid gap-4 sm:grid-cols-3">
        {POINTS.map(({ key, Icon }) => (
          <li key={key} className="flex flex-col gap-3 rounded-xl border border-line bg-panel p-5 shadow-panel">
            <span className="flex size-10 items-center justify-center rounded-lg bg-brand-soft text-brand">
              <Icon aria-hidden className="size-5" />
            </span>
            <h2 className="text-base">{t(`points.${key}.title`)}</h2>
            <p className="text-sm text-soft">{t(`points.${key}.text`)}</p>
          </li>
        ))}
      </ul>
    </div>
  );
}
