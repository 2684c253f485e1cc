import type { ReactNode } from 'react';
import { requireSession } from '@/session/server';

/** Checked here once more: the check before the page only saw that there is a cookie. */
export default async function MemberLayout({ children }: { readonly children: ReactNode }) {
  await requireSession();
  return <div className="mx-auto flex w-full max-w-6xl grow flex-col gap-8 px-4 py-8 sm:px-6 sm:py-10">{children}</div>;
}
