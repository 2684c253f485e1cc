'use client';

import { useTranslations } from 'next-intl';
import { useMemo } from 'react';
import { encode } from 'uqr';
import { ask } from '@/api/request';
import { EntryForm } from '@/sign-in/entry-form';
import { Button } from '@/ui/button';
import { Field } from '@/ui/field';
import { Notice } from '@/ui/notice';

/** A QR code as one path; drawn here, so that the secret goes nowhere. Always dark on light, as readers want it. */
const QrCode = ({ text, label }: { readonly text: string; readonly label: string }) => {
  const { data, size } = useMemo(() => encode(text, { border: 2 }), [text]);
  const path = data.flatMap((row, y) => row.flatMap((dark, x) => (dark ? [`M${x} ${y}h1v1h-1z`] : []))).join('');
  return (
    <svg
      role="img"
      aria-label={label}
      viewBox={`0 0 ${size} ${size}`}
      className="size-48 self-center rounded-lg"
      shapeRendering="crispEdges"
    >
      <rect width={size} height={size} fill="#fff" />
      <path d={path} fill="#1b1f23" />
    </svg>
  );
};

/** Shows the secret to the app, and asks for the first code of it. */
export const Enrolment = ({ uri, onDone }: { readonly uri: string; readonly onDone: () => void }) => {
  const t = useTranslations('account.twoFactor');
  const secret = new URL(uri).searchParams.get('secret') ?? '';
  const send = async ({ code = '' }: Readonly<Record<string, string>>): Promise<void> => {
    await ask('/api/auth/two-factor/verify-totp', { method: 'POST', body: { code: code.replaceAll(/\s/g, '') } });
    onDone();
  };
  return (
    <div className="flex flex-col gap-5">
      <p className="text-soft">{t('scan')}</p>
      <QrCode text={uri} label={t('qr')} />
      <p className="text-center text-sm text-soft">
        {t('byHand')}
        <code className="mt-1 block font-mono text-text">{secret.replaceAll(/(.{4})(?=.)/g, '$1 ')}</code>
      </p>
      <EntryForm send={send} submit={t('confirm')}>
        <Field label={t('code')} name="code" inputMode="numeric" autoComplete="one-time-code" mono isRequired />
      </EntryForm>
    </div>
  );
};

interface CodesProps {
  readonly title: string;
  readonly codes: readonly string[];
  readonly onDone: () => void;
}

export const BackupCodes = ({ title, codes, onDone }: CodesProps) => {
  const t = useTranslations('account.twoFactor');
  return (
    <div className="flex flex-col gap-5">
      <Notice tone="success" title={title}>
        {t('keep')}
      </Notice>
      <ul aria-label={t('codes')} className="grid grid-cols-2 gap-2 rounded-lg bg-sunken p-4 text-center font-mono">
        {codes.map((code) => (
          <li key={code}>{code}</li>
        ))}
      </ul>
      <Button onPress={onDone}>{t('kept')}</Button>
    </div>
  );
};
