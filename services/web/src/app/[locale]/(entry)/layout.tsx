import type { ReactNode } from 'react';

export default function EntryLayout({ children }: { readonly children: ReactNode }) {
  return (
    <div className="mx-auto flex w-full max-w-[27rem] grow flex-col justify-start px-4 py-10 sm:justify-center sm:py-16">
      {children}
    </div>
  );
}
