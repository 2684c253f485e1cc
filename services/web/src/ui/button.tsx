'use client';

import { LoaderCircle } from 'lucide-react';
import type { ReactNode } from 'react';
import { Button as AriaButton, type ButtonProps } from 'react-aria-components';
import { buttonClass, type Look, type Size } from './button-class';

export interface Props extends Omit<ButtonProps, 'className' | 'children'> {
  readonly look?: Look;
  readonly size?: Size;
  readonly className?: string;
  readonly children: ReactNode;
}

/** While it is pending it keeps its width and its focus, and tells so. */
export const Button = ({ look = 'primary', size = 'normal', className = '', children, ...props }: Props) => (
  <AriaButton {...props} className={`${buttonClass(look, size)} ${className}`}>
    {props.isPending && <LoaderCircle aria-hidden className="size-4 animate-spin" />}
    {children}
  </AriaButton>
);
