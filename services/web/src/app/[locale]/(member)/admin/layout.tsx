import { notFound } from 'next/navigation';
import type { ReactNode } from 'react';
import { isAdministrator, requireSession } from '@/session/server';

/** For administrators; for others there is nothing here. The API asks once more. */
export default async function AdminLayout({ children }: { readonly children: ReactNode }) {
  if (!isAdministrator(await requireSession())) notFound();
  return children;
}
