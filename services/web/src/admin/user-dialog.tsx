'use client';

import { useTranslations } from 'next-intl';
import { useState } from 'react';
import { CheckboxGroup, Form, Label } from 'react-aria-components';
import { useSession } from '@/session/session-provider';
import { ConfirmForm, needsConfirmation } from '@/sign-in/confirm-form';
import { Button } from '@/ui/button';
import { Choice } from '@/ui/choice';
import { Modal, ModalActions } from '@/ui/modal';
import { Notice } from '@/ui/notice';
import { useSubmit } from '@/ui/use-submit';
import type { Users } from './use-users';
import { consequences, type UserChange } from './user';

interface Props {
  /** undefined: closed. */
  readonly change: UserChange | undefined;
  readonly users: Pick<Users, 'apply' | 'roles'>;
  readonly onClose: () => void;
}

/** Says what will happen, then asks; for who they are as well, when their sign-in is too long ago. */
export const UserDialog = ({ change, users, onClose }: Props) => {
  const t = useTranslations('users.change');
  return (
    <Modal asks title={change ? t(`${change.kind}.title`) : ''} isOpen={change !== undefined} onClose={onClose}>
      {change && <ChangeForm change={change} users={users} onClose={onClose} />}
    </Modal>
  );
};

const ChangeForm = ({ change, users, onClose }: Props & { readonly change: UserChange }) => {
  const confirm = useTranslations('confirm');
  const { user: me } = useSession();
  const [roles, setRoles] = useState<readonly string[]>(change.user.roles);
  const [unconfirmed, setUnconfirmed] = useState(false);
  const apply = async (): Promise<void> => {
    await users.apply(change, roles);
    onClose();
  };
  const { pending, failure, onSubmit } = useSubmit(() =>
    apply().catch((error: unknown) => {
      if (!needsConfirmation(error)) throw error;
      setUnconfirmed(true);
    }),
  );
  if (unconfirmed) {
    return (
      <>
        <p className="text-soft">{confirm('users')}</p>
        <ConfirmForm email={me?.email ?? ''} onDone={apply} />
      </>
    );
  }
  return (
    <Form method="post" onSubmit={onSubmit} className="flex flex-col gap-5">
      {failure && <Notice tone="error">{failure}</Notice>}
      <p className="flex flex-col">
        <span className="font-medium">{change.user.name}</span>
        <span className="text-sm text-soft">{change.user.email}</span>
      </p>
      {change.kind === 'roles' && <Roles known={users.roles} chosen={roles} onChange={setRoles} />}
      <Consequences change={change} self={change.user.id === me?.id} />
      <Actions kind={change.kind} pending={pending} nothing={roles.length === 0} onClose={onClose} />
    </Form>
  );
};

const Consequences = ({ change, self }: { readonly change: UserChange; readonly self: boolean }) => {
  const t = useTranslations('users.change');
  return (
    <ul className="flex list-disc flex-col gap-2 pl-5">
      {consequences(change.kind, self).map((consequence) => (
        <li key={consequence}>{t(consequence)}</li>
      ))}
    </ul>
  );
};

interface RolesProps {
  readonly known: readonly string[];
  readonly chosen: readonly string[];
  readonly onChange: (roles: readonly string[]) => void;
}

const Roles = ({ known, chosen, onChange }: RolesProps) => {
  const t = useTranslations('users');
  return (
    <CheckboxGroup value={[...chosen]} onChange={onChange} className="flex flex-col gap-2.5 rounded-lg bg-sunken p-4">
      <Label className="sr-only">{t('roles')}</Label>
      {[...new Set([...known, ...chosen])].map((role) => (
        <Choice key={role} value={role}>
          {role}
        </Choice>
      ))}
    </CheckboxGroup>
  );
};

interface ActionsProps {
  readonly kind: UserChange['kind'];
  readonly pending: boolean;
  /** No role is chosen. */
  readonly nothing: boolean;
  readonly onClose: () => void;
}

const Actions = ({ kind, pending, nothing, onClose }: ActionsProps) => {
  const t = useTranslations('users.change');
  const ui = useTranslations('ui');
  return (
    <ModalActions>
      <Button look="plain" onPress={onClose} autoFocus>
        {ui('cancel')}
      </Button>
      <Button type="submit" look={kind === 'disable' ? 'danger' : 'primary'} isPending={pending} isDisabled={nothing}>
        {t(`${kind}.submit`)}
      </Button>
    </ModalActions>
  );
};
