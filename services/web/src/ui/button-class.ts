export type Look = 'primary' | 'plain' | 'quiet' | 'danger';

/** No colour moves: on the way from light to dark, text and ground would meet. */
const BASE =
  'inline-flex items-center justify-center gap-2 rounded-lg text-sm font-medium wrap-normal select-none ' +
  'data-[disabled]:text-soft data-[disabled]:cursor-not-allowed';

const SIZES = { normal: 'min-h-10 px-4 py-2', small: 'min-h-8 px-3 py-1', icon: 'size-9' } as const;

export type Size = keyof typeof SIZES;

const LOOKS: Readonly<Record<Look, string>> = {
  primary: 'bg-brand text-on-brand data-[hovered]:bg-brand-deep data-[pressed]:bg-brand-deep data-[disabled]:bg-line',
  plain:
    'bg-panel text-text border border-edge/60 data-[hovered]:bg-sunken data-[pressed]:bg-sunken data-[disabled]:border-line',
  quiet: 'text-soft data-[hovered]:bg-sunken data-[hovered]:text-text data-[pressed]:bg-sunken',
  danger:
    'bg-danger text-on-danger data-[hovered]:bg-danger-deep data-[pressed]:bg-danger-deep data-[disabled]:bg-line',
};

/** The classes of a button, for links that look like one. */
export const buttonClass = (look: Look = 'primary', size: Size = 'normal'): string =>
  `${BASE} ${SIZES[size]} ${LOOKS[look]}`;
