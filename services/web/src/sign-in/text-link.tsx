import type { ReactNode } from 'react';
import { Link } from '@/i18n/navigation';

export const TextLink = ({ href, children }: { readonly href: string; readonly children: ReactNode }) => (
  <Link href={href} className="rounded font-medium text-brand underline underline-offset-4 hover:text-brand-deep">
    {children}
  </Link>
);
