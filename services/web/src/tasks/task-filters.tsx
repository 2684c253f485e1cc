'use client';

import { useTranslations } from 'next-intl';
import { ToggleButton, ToggleButtonGroup } from 'react-aria-components';
import { SearchBox } from '@/ui/search-box';
import { type Shown, SHOWN, type TaskFilter } from './task';

interface Props {
  readonly filter: TaskFilter;
  readonly onChange: (filter: TaskFilter) => void;
}

export const TaskFilters = ({ filter, onChange }: Props) => {
  const t = useTranslations('tasks');
  return (
    <div className="flex flex-wrap items-center gap-3">
      <ToggleButtonGroup
        aria-label={t('show')}
        selectionMode="single"
        disallowEmptySelection
        selectedKeys={[filter.shown]}
        onSelectionChange={(keys) => onChange({ ...filter, shown: [...keys][0] as Shown })}
        className="flex rounded-lg border border-line bg-sunken p-0.5"
      >
        {SHOWN.map((one) => (
          <ToggleButton
            key={one}
            id={one}
            className="min-h-8 rounded-md px-3 text-sm font-medium text-soft data-[hovered]:text-text data-[selected]:bg-panel data-[selected]:text-text data-[selected]:shadow-panel"
          >
            {t(`shown.${one}`)}
          </ToggleButton>
        ))}
      </ToggleButtonGroup>
      <SearchBox label={t('search')} value={filter.search} onChange={(search) => onChange({ ...filter, search })} />
    </div>
  );
};
