import { Compass } from 'lucide-react';
import { getTranslations } from 'next-intl/server';
import { Link } from '@/i18n/navigation';
import { buttonClass } from '@/ui/button-class';
import { Empty } from '@/ui/empty';

export default async function NotFound() {
  const t = await getTranslations('notFound');
  return (
    <div className="my-auto">
      <Empty
        icon={Compass}
        title={<h1>{t('title')}</h1>}
        action={
          <Link href="/" className={buttonClass('plain')}>
            {t('home')}
          </Link>
        }
      >
        {t('text')}
      </Empty>
    </div>
  );
}
