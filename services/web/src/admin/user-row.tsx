'use client';

import { BadgeCheck, Ban, EllipsisVertical, LogOut, ShieldCheck, UserCheck, UserCog } from 'lucide-react';
import { useFormatter, useTranslations } from 'next-intl';
import { Menu, MenuItem, MenuTrigger, Popover } from 'react-aria-components';
import { Button } from '@/ui/button';
import { itemClass, popoverClass } from '@/ui/menu-class';
import { type ChangeKind, changesFor, type UserEntry } from './user';

const ICONS = { roles: UserCog, 'sign-out': LogOut, disable: Ban, enable: UserCheck } as const;

interface Props {
  readonly user: UserEntry;
  /** It is the administrator who looks. */
  readonly self: boolean;
  readonly onChange: (kind: ChangeKind) => void;
}

export const UserRow = ({ user, self, onChange }: Props) => {
  const t = useTranslations('users');
  const format = useFormatter();
  const { name, email, sessions, createdAt } = user;
  const since = format.dateTime(new Date(createdAt), { dateStyle: 'medium' });
  return (
    <li className="grid grid-cols-[minmax(0,1fr)_auto] items-center gap-x-4 gap-y-2 px-5 py-4 md:grid-cols-[minmax(0,1fr)_16rem_11rem_auto]">
      <div className="flex min-w-0 flex-col">
        <span className="truncate font-medium">
          {name}
          {self && <span className="font-normal text-soft"> · {t('you')}</span>}
        </span>
        <span className="flex items-center gap-1.5 text-sm text-soft">
          <span className="truncate">{email}</span>
          {user.emailVerified && <BadgeCheck role="img" aria-label={t('verified')} className="size-4 text-brand" />}
          {user.twoFactor && <ShieldCheck role="img" aria-label={t('twoFactor')} className="size-4 text-brand" />}
        </span>
      </div>
      <Badges user={user} />
      <div className="order-last col-span-2 flex gap-x-3 text-sm text-soft tabular-nums md:order-none md:col-span-1 md:flex-col">
        <span>{t('sessions', { count: sessions })}</span>
        <span>{t('since', { since })}</span>
      </div>
      <UserActions user={user} onChange={onChange} />
    </li>
  );
};

const Badges = ({ user: { roles, disabledAt } }: Pick<Props, 'user'>) => {
  const t = useTranslations('users');
  return (
    <ul
      aria-label={t('roles')}
      className="order-last col-span-2 flex flex-wrap gap-1.5 text-xs font-medium md:order-none md:col-span-1"
    >
      {disabledAt !== null && (
        <li className="rounded-full bg-danger-soft px-2.5 py-0.5 text-danger">{t('disabled')}</li>
      )}
      {roles.map((role) => (
        <li
          key={role}
          className={`rounded-full px-2.5 py-0.5 ${role === 'admin' ? 'bg-brand-soft text-brand' : 'bg-gone-soft text-gone'}`}
        >
          {role}
        </li>
      ))}
    </ul>
  );
};

const UserActions = ({ user, onChange }: Omit<Props, 'self'>) => {
  const t = useTranslations('users');
  return (
    <MenuTrigger>
      <Button look="quiet" size="icon" aria-label={t('manage', { email: user.email })}>
        <EllipsisVertical aria-hidden className="size-4.5" />
      </Button>
      <Popover className={popoverClass} placement="bottom end">
        <Menu
          aria-label={t('manage', { email: user.email })}
          className="outline-none"
          onAction={(kind) => onChange(kind as ChangeKind)}
        >
          {changesFor(user).map((kind) => {
            const Icon = ICONS[kind];
            return (
              <MenuItem
                key={kind}
                id={kind}
                className={`${itemClass} ${kind === 'disable' ? 'text-danger' : ''}`}
                textValue={t(`actions.${kind}`)}
              >
                <Icon aria-hidden className="size-4" />
                {t(`actions.${kind}`)}
              </MenuItem>
            );
          })}
        </Menu>
      </Popover>
    </MenuTrigger>
  );
};
