import { getTranslations } from 'next-intl/server';
import { Link } from '@/i18n/navigation';
import { isAdministrator, readSession } from '@/session/server';
import { buttonClass } from '@/ui/button-class';
import { Brand } from './brand';
import { NavLink } from './nav-link';
import { Preferences } from './preferences';
import type { Theme } from './theme';
import { UserMenu } from './user-menu';

const ADMINISTRATION = ['keys', 'users'] as const;

/** The head of every page: where one can go, and who one is. */
export const Header = async ({ theme }: { readonly theme: Theme }) => {
  const t = await getTranslations('shell');
  const session = await readSession().catch(() => null);
  const links = [
    ...(session ? [{ href: '/tasks', text: t('tasks') }] : []),
    ...(session && isAdministrator(session)
      ? ADMINISTRATION.map((page) => ({ href: `/admin/${page}`, text: t(page) }))
      : []),
  ];
  return (
    <header className="border-b border-line bg-panel">
      <div className="mx-auto flex min-h-16 w-full max-w-6xl flex-wrap items-center gap-x-3 gap-y-1 px-4 py-2 sm:gap-x-6 sm:px-6">
        <Brand short={links.length > 0} />
        {links.length > 0 && (
          <nav aria-label={t('navigation')} className="order-last flex w-full gap-1 sm:order-none sm:w-auto sm:grow">
            {links.map(({ href, text }) => (
              <NavLink key={href} href={href}>
                {text}
              </NavLink>
            ))}
          </nav>
        )}
        <div className="ml-auto flex items-center gap-1.5">
          <Preferences theme={theme} />
          {session ? (
            <UserMenu name={session.user.name} email={session.user.email} />
          ) : (
            <Link href="/sign-in" className={buttonClass('plain', 'small')}>
              {t('signIn')}
            </Link>
          )}
        </div>
      </div>
    </header>
  );
};
