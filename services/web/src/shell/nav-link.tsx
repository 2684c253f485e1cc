'use client';

import type { ReactNode } from 'react';
import { Link, usePathname } from '@/i18n/navigation';

/** A link of the navigation, which knows whether one is there. */
export const NavLink = ({ href, children }: { readonly href: string; readonly children: ReactNode }) => {
  const path = usePathname();
  const here = path === href || path.startsWith(`${href}/`);
  return (
    <Link
      href={href}
      aria-current={here ? 'page' : undefined}
      className={`rounded-lg px-2 py-2 sm:px-3 text-sm font-medium hover:bg-sunken hover:text-text ${here ? 'bg-sunken text-text' : 'text-soft'}`}
    >
      {children}
    </Link>
  );
};
