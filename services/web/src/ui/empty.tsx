import type { LucideIcon } from 'lucide-react';
import type { ReactNode } from 'react';

export interface EmptyProps {
  readonly icon: LucideIcon;
  readonly title: ReactNode;
  readonly children?: ReactNode;
  readonly action?: ReactNode;
}

/** What is shown where nothing is: why, and what to do. */
export const Empty = ({ icon: Icon, title, children, action }: EmptyProps) => (
  <div className="flex flex-col items-center gap-3 px-6 py-14 text-center">
    <span className="flex size-12 items-center justify-center rounded-full bg-brand-soft text-brand">
      <Icon aria-hidden className="size-6" />
    </span>
    <p className="text-lg font-semibold">{title}</p>
    {children && <p className="max-w-sm text-soft">{children}</p>}
    {action && <div className="mt-2">{action}</div>}
  </div>
);

/** The shape of a list that is on its way. */
export const Waiting = ({ label, rows = 4 }: { readonly label: string; readonly rows?: number }) => (
  <div role="status" aria-label={label} className="flex flex-col gap-4 p-5">
    {Array.from({ length: rows }, (_, row) => (
      <div key={row} className="flex items-center gap-4">
        <div className="skeleton size-5 rounded-full" />
        <div className="skeleton h-4 grow" style={{ maxWidth: `${70 - ((row * 17) % 40)}%` }} />
      </div>
    ))}
  </div>
);
