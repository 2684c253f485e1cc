export const popoverClass = 'appear min-w-44 rounded-xl border border-line bg-panel p-1.5 shadow-float';

export const itemClass =
  'flex min-h-9 cursor-pointer items-center gap-2.5 rounded-lg px-3 py-1.5 text-sm outline-none ' +
  'data-[focused]:bg-sunken data-[focus-visible]:outline-2 data-[focus-visible]:outline-brand data-[focus-visible]:-outline-offset-2';
