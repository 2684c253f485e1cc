import type { ReactNode } from 'react';

export interface EntryCardProps {
  readonly title: ReactNode;
  readonly hint?: ReactNode;
  readonly children: ReactNode;
  /** The way to the other page. */
  readonly foot?: ReactNode;
}

/** The frame of the pages that lead in. */
export const EntryCard = ({ title, hint, children, foot }: EntryCardProps) => (
  <div className="flex flex-col gap-6">
    <div className="flex flex-col gap-6 rounded-2xl border border-line bg-panel p-6 shadow-panel sm:p-8">
      <div className="flex flex-col gap-1.5">
        <h1 className="text-2xl">{title}</h1>
        {hint && <p className="text-soft">{hint}</p>}
      </div>
      {children}
    </div>
    {foot && <p className="text-center text-sm text-soft">{foot}</p>}
  </div>
);
