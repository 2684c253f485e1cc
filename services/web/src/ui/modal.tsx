'use client';

import { X } from 'lucide-react';
import { useTranslations } from 'next-intl';
import type { ReactNode } from 'react';
import { Dialog, Heading, Modal as AriaModal, ModalOverlay } from 'react-aria-components';
import { Button } from './button';

export interface ModalProps {
  readonly title: string;
  readonly isOpen: boolean;
  readonly onClose: () => void;
  readonly children: ReactNode;
  /** Asks for a decision. */
  readonly asks?: boolean;
}

/**
 * A dialog over the page. Keeps the focus inside and gives it back. A click beside it does not close it: what was written in it
 * would be lost. One that is higher than the window is scrolled, from its very top.
 */
export const Modal = ({ title, isOpen, onClose, children, asks = false }: ModalProps) => {
  const t = useTranslations('ui');
  return (
    <ModalOverlay
      isOpen={isOpen}
      onOpenChange={(open) => !open && onClose()}
      className="fixed inset-0 z-20 flex overflow-y-auto bg-[rgb(0_0_0/45%)] p-4"
    >
      <AriaModal className="appear mx-auto mt-auto w-full max-w-lg sm:mb-auto rounded-2xl border border-line bg-panel shadow-float">
        <Dialog role={asks ? 'alertdialog' : 'dialog'} className="flex flex-col gap-5 p-5 outline-none sm:p-6">
          <div className="flex items-start justify-between gap-4">
            <Heading slot="title" level={2} className="text-lg">
              {title}
            </Heading>
            <Button look="quiet" size="icon" aria-label={t('close')} onPress={onClose} className="-mt-1.5 -mr-1.5">
              <X aria-hidden className="size-4" />
            </Button>
          </div>
          {children}
        </Dialog>
      </AriaModal>
    </ModalOverlay>
  );
};

/** The buttons below what a dialog says: what is done, on the right. */
export const ModalActions = ({ children }: { readonly children: ReactNode }) => (
  <div className="flex flex-col-reverse gap-2 sm:flex-row sm:justify-end">{children}</div>
);
