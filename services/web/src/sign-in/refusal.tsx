import { getTranslations } from 'next-intl/server';
import { Notice } from '@/ui/notice';

/** What an address says of how something elsewhere ended, by a code or a rule; anybody can have written it. */
export const Refusal = async ({ code }: { readonly code: string }) => {
  const t = await getTranslations('failure');
  const asked = /^[\w-]+$/.test(code) ? [`codes.${code}`, `rules.${code}`] : [];
  const known = (asked as Parameters<typeof t>[0][]).find((key) => t.has(key));
  return <Notice tone="error">{known ? t(known, { limit: 0 }) : t('refused')}</Notice>;
};
