'use client';

import { Search, X } from 'lucide-react';
import { useTranslations } from 'next-intl';
import { useEffect, useState } from 'react';
import { Button, Input, SearchField, ToggleButton, ToggleButtonGroup } from 'react-aria-components';
import { inputClass } from '@/ui/field';
import { type Shown, SHOWN, type TaskFilter } from './task';

const TYPING_PAUSE_MS = 250;

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
      <TaskSearch filter={filter} onChange={onChange} />
    </div>
  );
};

/** Searches once the typing pauses. */
const TaskSearch = ({ filter, onChange }: Props) => {
  const t = useTranslations('tasks');
  const [text, setText] = useState(filter.search);
  useEffect(() => setText(filter.search), [filter.search]);
  useEffect(() => {
    if (text === filter.search) return;
    const timer = setTimeout(() => onChange({ ...filter, search: text }), TYPING_PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text, filter, onChange]);
  return (
    <SearchField aria-label={t('search')} value={text} onChange={setText} className="group relative min-w-52 grow">
      <Search aria-hidden className="pointer-events-none absolute inset-y-0 left-3 my-auto size-4 text-soft" />
      <Input
        className={`${inputClass} pr-10 pl-9 [&::-webkit-search-cancel-button]:hidden`}
        placeholder={t('search')}
        maxLength={200}
      />
      <Button className="absolute inset-y-0 right-1.5 my-auto flex size-7 items-center justify-center rounded-md text-soft group-data-[empty]:hidden data-[hovered]:text-text">
        <X aria-hidden className="size-4" />
      </Button>
    </SearchField>
  );
};
