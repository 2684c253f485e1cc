import type { ReactNode } from 'react';

export interface PanelProps {
  readonly title?: ReactNode;
  readonly hint?: ReactNode;
  readonly action?: ReactNode;
  readonly children: ReactNode;
  readonly id?: string;
}

/** A section of a page. */
export const Panel = ({ title, hint, action, children, id }: PanelProps) => (
  <section
    {...(id && title ? { id, 'aria-labelledby': `${id}-title` } : {})}
    className="flex flex-col gap-5 rounded-xl border border-line bg-panel p-5 shadow-panel sm:p-6"
  >
    {title && (
      <header className="flex flex-wrap items-start justify-between gap-x-4 gap-y-2">
        <div className="flex min-w-0 flex-col gap-1">
          <h2 id={id && `${id}-title`} className="text-lg">
            {title}
          </h2>
          {hint && <p className="max-w-prose text-sm text-soft">{hint}</p>}
        </div>
        {action}
      </header>
    )}
    {children}
  </section>
);

/** The head of a page: what it is, in one line what for, and what can be done. */
export const PageHead = ({ title, hint, action }: Omit<PanelProps, 'children'>) => (
  <header className="flex flex-wrap items-end justify-between gap-x-6 gap-y-3">
    <div className="flex min-w-0 flex-col gap-1">
      <h1 className="text-2xl sm:text-[1.75rem]">{title}</h1>
      {hint && <p className="max-w-prose text-soft">{hint}</p>}
    </div>
    {action}
  </header>
);
