import { getTranslations } from 'next-intl/server';
import { Link } from '@/i18n/navigation';

export const BrandMark = ({ className = 'size-8' }: { readonly className?: string }) => (
  <svg viewBox="0 0 36 36" fill="none" aria-hidden className={className}>
    <rect width="36" height="36" rx="9" fill="#1f6b57" />
    <g stroke="#fff" strokeWidth="2.6" strokeLinecap="round" strokeLinejoin="round">
      <circle cx="13" cy="20.5" r="4.6" />
      <path d="M16.3 17.2 25 8.5M22 11.5l3 3M19 14.5l2 2" />
      <path d="M28 21.5a10.5 10.5 0 0 1-8 7.7" opacity=".65" />
    </g>
  </svg>
);

/** `short`: on a phone the mark alone, where the name would be in the way. */
export const Brand = async ({ short }: { readonly short: boolean }) => {
  const t = await getTranslations('site');
  return (
    <Link href="/" className="flex items-center gap-2.5 rounded-lg text-lg font-semibold tracking-tight">
      <BrandMark />
      <span className={short ? 'max-sm:sr-only' : ''}>{t('name')}</span>
    </Link>
  );
};
