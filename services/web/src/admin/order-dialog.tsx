'use client';

import { useTranslations } from 'next-intl';
import { Form } from 'react-aria-components';
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
}

/** Says what will happen, then asks. */
export const OrderDialog = ({ order, onClose, onDone }: Props) => {
  const t = useTranslations('keys.order');
  return (
    <Modal asks title={order ? t(`${order.kind}.title`) : ''} isOpen={order !== undefined} onClose={onClose}>
      {order && <OrderForm order={order} onClose={onClose} onDone={onDone} />}
    </Modal>
  );
};

const OrderForm = ({ order, onClose, onDone }: Props & { readonly order: Order }) => {
  const t = useTranslations('keys.order');
  const ui = useTranslations('ui');
  const { pending, failure, onSubmit } = useSubmit(async () => {
    const path = `/api/admin/rings/${encodeURIComponent(order.ring.ring)}/${order.kind}`;
    await ask(path, { method: 'POST', body: order.kind === 'revoke' ? { keys: [order.key.kid] } : {} });
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
