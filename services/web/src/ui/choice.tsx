'use client';

import { Check } from 'lucide-react';
import type { ReactNode } from 'react';
import { Checkbox, type CheckboxProps } from 'react-aria-components';

export interface ChoiceProps extends Omit<CheckboxProps, 'className' | 'children'> {
  readonly children?: ReactNode;
  readonly round?: boolean;
}

/** A checkbox with its text beside it. */
export const Choice = ({ children, round, ...props }: ChoiceProps) => (
  <Checkbox {...props} className="group inline-flex items-center gap-2.5 text-sm">
    <span
      aria-hidden
      className={`flex size-5 shrink-0 items-center justify-center border-[1.5px] border-edge bg-panel text-on-brand group-data-[hovered]:border-brand group-data-[selected]:border-brand group-data-[selected]:bg-brand group-data-[focus-visible]:outline-2 group-data-[focus-visible]:outline-offset-2 group-data-[focus-visible]:outline-brand ${round ? 'rounded-full' : 'rounded-md'}`}
    >
      <Check className="size-3.5 opacity-0 group-data-[selected]:opacity-100" strokeWidth={3} />
    </span>
    {children}
  </Checkbox>
);
