'use client';

import { useTranslations } from 'next-intl';
import { useState } from 'react';
import { Form } from 'react-aria-components';
import { ask } from '@/api/request';
import { ConfirmForm, needsConfirmation } from '@/sign-in/confirm-form';
import { Button } from '@/ui/button';
import { Modal, ModalActions } from '@/ui/modal';
import { Notice } from '@/ui/notice';
import { useSubmit } from '@/ui/use-submit';
import type { Key, Ring } from './ring';
import { shortKid } from './short-kid';

/** What an administrator is about to ask the operator for. */
export type Order =
  | { readonly kind: 'rotate' | 'abort'; readonly ring: Ring }
  | { readonly kind: 'revoke'; readonly ring: Ring; readonly key: Key };

interface Props {
  /** undefined: closed. */
  readonly order: Order | undefined;
  readonly onClose: () => void;
  readonly onDone: () => void;
  /** Of the administrator. */
  readonly email: string;
}

/** Says what will happen, then asks; for who they are as well, when their sign-in is too long ago. */
export const OrderDialog = ({ order, ...then }: Props) => {
  const t = useTranslations('keys.order');
  return (
    <Modal asks title={order ? t(`${order.kind}.title`) : ''} isOpen={order !== undefined} onClose={then.onClose}>
      {order && <OrderForm order={order} {...then} />}
    </Modal>
  );
};

const OrderForm = ({ order, onClose, onDone, email }: Props & { readonly order: Order }) => {
  const t = useTranslations('keys.order');
  const ui = useTranslations('ui');
  const confirm = useTranslations('confirm');
  const [unconfirmed, setUnconfirmed] = useState(false);
  const give = async (): Promise<void> => {
    const path = `/api/admin/rings/${encodeURIComponent(order.ring.ring)}/${order.kind}`;
    const body = order.kind === 'revoke' ? { keys: [order.key.kid] } : {};
    await ask(path, { method: 'POST', body });
    onClose();
    onDone();
  };
  const { pending, failure, onSubmit } = useSubmit(() =>
    give().catch((error: unknown) => {
      if (!needsConfirmation(error)) throw error;
      setUnconfirmed(true);
    }),
  );
  if (unconfirmed) {
    return (
      <>
        <p className="text-soft">{confirm('keys')}</p>
        <ConfirmForm email={email} onDone={give} />
      </>
    );
  }
  return (
    <Form method="post" onSubmit={onSubmit} className="flex flex-col gap-5">
      {failure && <Notice tone="error">{failure}</Notice>}
      <ul className="flex list-disc flex-col gap-2 pl-5">
        {consequences(order).map((consequence) => (
          <li key={consequence}>{t(consequence, namesOf(order))}</li>
        ))}
      </ul>
      <ModalActions>
        <Button look="plain" onPress={onClose} autoFocus>
          {ui('cancel')}
        </Button>
        <Button type="submit" look={order.kind === 'revoke' ? 'danger' : 'primary'} isPending={pending}>
          {t(`${order.kind}.submit`)}
        </Button>
      </ModalActions>
    </Form>
  );
};

const namesOf = (order: Order): { ring: string; key: string } => ({
  ring: order.ring.ring,
  key: order.kind === 'revoke' ? shortKid(order.key.kid) : '',
});

/** What will happen, in the order in which it does. */
const consequences = (order: Order) => {
  if (order.kind === 'rotate') return ['rotate.proven', 'rotate.old', 'rotate.nobody'] as const;
  if (order.kind === 'abort') return ['abort.stops', 'abort.nothing'] as const;
  return order.ring.type === 'SigningKey'
    ? (['revoke.refused', 'revoke.standby', 'revoke.tokens', 'revoke.final'] as const)
    : (['revoke.refused', 'revoke.standby', 'revoke.sessions', 'revoke.final'] as const);
};
