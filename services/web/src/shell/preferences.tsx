'use client';

import { Check, Languages, Monitor, Moon, Sun } from 'lucide-react';
import { useLocale, useTranslations } from 'next-intl';
import { useSearchParams } from 'next/navigation';
import { useState } from 'react';
import { Menu, MenuItem, MenuTrigger, Popover } from 'react-aria-components';
import { usePathname } from '@/i18n/navigation';
import { routing } from '@/i18n/routing';
import { Button } from '@/ui/button';
import { itemClass, popoverClass } from '@/ui/menu-class';
import { THEME_COOKIE, type Theme, THEMES } from './theme';

const ICONS = { system: Monitor, light: Sun, dark: Moon } as const;

/** Language and looks. */
export const Preferences = ({ theme }: { readonly theme: Theme }) => (
  <>
    <LanguageMenu />
    <ThemeMenu theme={theme} />
  </>
);

const LanguageMenu = () => {
  const t = useTranslations('shell');
  const locale = useLocale();
  const path = usePathname();
  const query = useSearchParams().toString();
  const hrefOf = (to: string): string => `/${to}${path === '/' ? '' : path}${query && `?${query}`}`;
  return (
    <MenuTrigger>
      <Button look="quiet" size="icon" aria-label={t('language')}>
        <Languages aria-hidden className="size-4.5" />
      </Button>
      <Popover className={popoverClass}>
        <Menu
          aria-label={t('language')}
          selectionMode="single"
          selectedKeys={[locale]}
          className="outline-none"
          onAction={(to) => window.location.assign(hrefOf(String(to)))}
        >
          {routing.locales.map((to) => (
            <MenuItem key={to} id={to} className={itemClass} textValue={t(`languages.${to}`)}>
              <span lang={to}>{t(`languages.${to}`)}</span>
              {to === locale && <Check aria-hidden className="ml-auto size-4 text-brand" />}
            </MenuItem>
          ))}
        </Menu>
      </Popover>
    </MenuTrigger>
  );
};

const ThemeMenu = ({ theme: initial }: { readonly theme: Theme }) => {
  const t = useTranslations('shell');
  const [theme, setTheme] = useState(initial);
  const choose = (chosen: Theme): void => {
    setTheme(chosen);
    document.documentElement.dataset.theme = chosen;
    document.cookie = `${THEME_COOKIE}=${chosen}; path=/; max-age=31536000; samesite=lax`;
  };
  const Icon = ICONS[theme];
  return (
    <MenuTrigger>
      <Button look="quiet" size="icon" aria-label={t('theme')}>
        <Icon aria-hidden className="size-4.5" />
      </Button>
      <Popover className={popoverClass}>
        <Menu
          aria-label={t('theme')}
          selectionMode="single"
          selectedKeys={[theme]}
          className="outline-none"
          onAction={(key) => choose(key as Theme)}
        >
          {THEMES.map((one) => (
            <MenuItem key={one} id={one} className={itemClass} textValue={t(`themes.${one}`)}>
              {t(`themes.${one}`)}
              {one === theme && <Check aria-hidden className="ml-auto size-4 text-brand" />}
            </MenuItem>
          ))}
        </Menu>
      </Popover>
    </MenuTrigger>
  );
};
