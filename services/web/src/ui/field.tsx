'use client';

import { Eye, EyeOff } from 'lucide-react';
import { useTranslations } from 'next-intl';
import { useState } from 'react';
import {
  Button,
  FieldError,
  Group,
  Input,
  Label,
  Text,
  TextArea,
  TextField,
  type TextFieldProps,
} from 'react-aria-components';

export const inputClass =
  'w-full min-h-10 rounded-lg border border-edge bg-panel px-3 py-2 text-text placeholder:text-soft ' +
  'data-[focused]:border-brand data-[focused]:outline-2 data-[focused]:-outline-offset-1 data-[focused]:outline-brand ' +
  'data-[invalid]:border-danger data-[disabled]:bg-sunken data-[disabled]:text-soft';

export interface FieldProps extends Omit<TextFieldProps, 'className' | 'children'> {
  readonly label: string;
  readonly hint?: string;
  readonly error?: string | undefined;
  readonly placeholder?: string;
  /** More than one line. */
  readonly rows?: number;
  readonly mono?: boolean;
}

/** A labelled text field; the browser's own validation, in the page's looks. */
export const Field = ({ label, hint, error, rows, placeholder, mono, ...props }: FieldProps) => (
  <TextField {...props} className="flex flex-col gap-1.5" {...(error && { isInvalid: true })}>
    <Label className="text-sm font-medium">{label}</Label>
    {props.type === 'password' ? (
      <Password />
    ) : rows === undefined ? (
      <Input className={`${inputClass} ${mono ? 'font-mono tracking-wider' : ''}`} placeholder={placeholder} />
    ) : (
      <TextArea className={`${inputClass} resize-y`} rows={rows} placeholder={placeholder} />
    )}
    {hint && (
      <Text slot="description" className="text-sm text-soft">
        {hint}
      </Text>
    )}
    <FieldError className="text-sm text-danger">{error ? error : undefined}</FieldError>
  </TextField>
);

const Password = () => {
  const t = useTranslations('ui');
  const [shown, setShown] = useState(false);
  const Icon = shown ? EyeOff : Eye;
  return (
    <Group className="relative">
      <Input className={`${inputClass} pr-11`} type={shown ? 'text' : 'password'} />
      <Button
        slot={null}
        aria-label={t('showPassword')}
        aria-pressed={shown}
        onPress={() => setShown(!shown)}
        className="absolute inset-y-0 right-1 my-auto flex size-8 items-center justify-center rounded-md text-soft data-[hovered]:text-text"
      >
        <Icon aria-hidden className="size-4" />
      </Button>
    </Group>
  );
};
