import { CircleAlert, CircleCheck, Info, TriangleAlert } from 'lucide-react';
import type { ReactNode } from 'react';

const TONES = {
  error: { Icon: CircleAlert, look: 'bg-danger-soft text-danger' },
  warning: { Icon: TriangleAlert, look: 'bg-warn-soft text-warn' },
  success: { Icon: CircleCheck, look: 'bg-brand-soft text-brand' },
  info: { Icon: Info, look: 'bg-info-soft text-info' },
} as const;

export interface NoticeProps {
  readonly tone: keyof typeof TONES;
  readonly title?: ReactNode;
  readonly children?: ReactNode;
  readonly action?: ReactNode;
}

/** What came of something, where it happened. Errors are read out at once. */
export const Notice = ({ tone, title, children, action }: NoticeProps) => {
  const { Icon, look } = TONES[tone];
  return (
    <div
      role={tone === 'error' ? 'alert' : 'status'}
      className={`appear flex gap-3 rounded-lg px-4 py-3 text-sm ${look}`}
    >
      <Icon aria-hidden className="mt-0.5 size-4 shrink-0" />
      <div className="flex min-w-0 grow flex-col gap-1">
        {title && <p className="font-semibold">{title}</p>}
        {children && <div className="text-text">{children}</div>}
        {action && <div className="mt-1">{action}</div>}
      </div>
    </div>
  );
};
