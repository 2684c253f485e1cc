'use client';

import { Search, X } from 'lucide-react';
import { useEffect, useState } from 'react';
import { Button, Input, SearchField } from 'react-aria-components';
import { inputClass } from './field';

const TYPING_PAUSE_MS = 250;

export interface SearchBoxProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (text: string) => void;
}

/** Searches once the typing pauses. */
export const SearchBox = ({ label, value, onChange }: SearchBoxProps) => {
  const [text, setText] = useState(value);
  useEffect(() => setText(value), [value]);
  useEffect(() => {
    if (text === value) return;
    const timer = setTimeout(() => onChange(text), TYPING_PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text, value, onChange]);
  return (
    <SearchField aria-label={label} value={text} onChange={setText} className="group relative min-w-52 grow">
      <Search aria-hidden className="pointer-events-none absolute inset-y-0 left-3 my-auto size-4 text-soft" />
      <Input
        className={`${inputClass} pr-10 pl-9 [&::-webkit-search-cancel-button]:hidden`}
        placeholder={label}
        maxLength={200}
      />
      <Button className="absolute inset-y-0 right-1.5 my-auto flex size-7 items-center justify-center rounded-md text-soft group-data-[empty]:hidden data-[hovered]:text-text">
        <X aria-hidden className="size-4" />
      </Button>
    </SearchField>
  );
};
