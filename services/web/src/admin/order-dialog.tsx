'use client';

import { useTranslations } from 'next-intl';
import { Form } from 'react-aria-components';
import { Failure } from '@/api/failure';
import { ask } from '@/api/request';
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
  /** Called when the sign-in is too long ago to ask for anything. */
  readonly onUnconfirmed: () => void;
}

/** Says what will happen, then asks. */
export const OrderDialog = ({ order, ...then }: Props) => {
  const t = useTranslations('keys.order');
  return (
    <Modal asks title={order ? t(`${order.kind}.title`) : ''} isOpen={order !== undefined} onClose={then.onClose}>
      {order && <OrderForm order={order} {...then} />}
    </Modal>
  );
};

const OrderForm = ({ order, onClose, onDone, onUnconfirmed }: Props & { readonly order: Order }) => {
  const t = useTranslations('keys.order');
  const ui = useTranslations('ui');
  const { pending, failure, onSubmit } = useSubmit(async () => {
    const path = `/api/admin/rings/${encodeURIComponent(order.ring.ring)}/${order.kind}`;
    const body = order.kind === 'revoke' ? { keys: [order.key.kid] } : {};
    await ask(path, { method: 'POST', body }).catch((error: unknown) => {
      if (error instanceof Failure && error.code === 'ERR_CONFIRMATION_NEEDED') onUnconfirmed();
      throw error;
    });
    onClose();
    onDone();
  });
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
