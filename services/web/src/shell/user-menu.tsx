'use client';

import { LogOut, UserRound } from 'lucide-react';
import { useLocale, useTranslations } from 'next-intl';
import { useState } from 'react';
import { Button as AriaButton, Menu, MenuItem, MenuTrigger, Popover, Separator } from 'react-aria-components';
import { useSession } from '@/session/session-provider';
import { itemClass, popoverClass } from '@/ui/menu-class';
import { Modal } from '@/ui/modal';
import { Notice } from '@/ui/notice';
import { useFailureText } from '@/ui/use-submit';

const initials = (name: string): string =>
  name
    .split(/\s+/)
    .map((word) => word.charAt(0))
    .slice(0, 2)
    .join('')
    .toUpperCase() || '?';

export const UserMenu = ({ name, email }: { readonly name: string; readonly email: string }) => {
  const t = useTranslations('shell');
  const locale = useLocale();
  const { signOut } = useSession();
  const textOf = useFailureText();
  const [failure, setFailure] = useState<string>();
  const leave = (): void => void signOut().catch((error: unknown) => setFailure(textOf(error)));
  return (
    <MenuTrigger>
      <AriaButton className="flex size-9 items-center justify-center rounded-full bg-brand-soft text-sm font-semibold text-brand data-[hovered]:bg-brand data-[hovered]:text-on-brand">
        {initials(name)}
        <span className="sr-only">{t('userMenu', { name })}</span>
      </AriaButton>
      <Popover className={popoverClass} placement="bottom end">
        <div className="flex flex-col px-3 py-2">
          <span className="text-sm font-semibold">{name}</span>
          <span className="text-sm text-soft">{email}</span>
        </div>
        <Separator className="my-1 border-line" />
        <Menu aria-label={t('userMenu', { name })} className="outline-none">
          <MenuItem className={itemClass} href={`/${locale}/account`}>
            <UserRound aria-hidden className="size-4" />
            {t('account')}
          </MenuItem>
          <MenuItem className={itemClass} onAction={leave}>
            <LogOut aria-hidden className="size-4" />
            {t('signOut')}
          </MenuItem>
        </Menu>
      </Popover>
      <Modal title={t('signOut')} isOpen={failure !== undefined} onClose={() => setFailure(undefined)}>
        <Notice tone="error">{failure}</Notice>
      </Modal>
    </MenuTrigger>
  );
};
