import { X } from 'lucide';
import type { ComponentChildren } from 'preact';
import { useId, useLayoutEffect, useRef } from 'preact/hooks';
import { t } from '../shell/i18n.ts';
import { Icon } from './icon.tsx';

export interface DialogProps {
  title: string;
  /** Nobody sees the title, who looks. */
  isTitleHidden?: boolean;
  class?: string;
  /** By Escape, by the button in the corner, by a click beside it. Absent: only what is in it closes it. */
  onClose?: (() => void) | undefined;
  children: ComponentChildren;
}

/** The browser's own modal dialog: it keeps the focus, closes by Escape, and gives the focus back. */
export function Dialog({ title, isTitleHidden = false, class: kind = '', onClose, children }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  // Before the first paint, so that the page behind it cannot be used in between.
  useLayoutEffect(() => {
    const element = dialog.current;
    const before = document.activeElement;
    element?.showModal();
    return () => {
      element?.close();
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
  return (
    <dialog
      ref={dialog}
      class={`dialog ${kind}`}
      aria-labelledby={id}
      // While nothing in it has the focus, it gets no key events: a second Escape in a row would close it without a cancel event.
      closedby={onClose ? 'closerequest' : 'none'}
      onCancel={(event) => {
        event.preventDefault();
        onClose?.();
      }}
      onClick={(event) => event.target === dialog.current && onClose?.()}
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return;
        event.stopPropagation();
        // A second one in a row would close it without asking (the browser's rule for close requests).
        event.preventDefault();
        onClose?.();
      }}
    >
      <div class="dialog-body">
        <header class={isTitleHidden ? 'unseen' : 'dialog-head'}>
          <h2 id={id}>{title}</h2>
          {!isTitleHidden && (
            <button
              type="button"
              class="quiet square"
              aria-label={t('close')}
              aria-disabled={onClose === undefined}
              onClick={onClose}
            >
              <Icon node={X} />
            </button>
          )}
        </header>
        {children}
      </div>
    </dialog>
  );
}
