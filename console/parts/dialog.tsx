import { X } from 'lucide';
import type { ComponentChildren } from 'preact';
import { useCallback, useId, useLayoutEffect, useRef } from 'preact/hooks';
import { t } from '../shell/i18n.ts';
import { Icon } from './icon.tsx';

export interface DialogProps {
  title: string;
  /** Keeps the title for screen readers only. */
  isTitleHidden?: boolean;
  class?: string;
  /**
   * Called on Escape, the corner button or a click on the backdrop. If absent, only the content can close the dialog.
   */
  onClose?: (() => void) | undefined;
  children: ComponentChildren;
}

/** The browser's modal dialog: it traps the focus, closes on Escape and restores the focus. */
export function Dialog({ title, isTitleHidden = false, class: kind = '', onClose, children }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  const before = useRef<Element>(null);
  // Open before the first paint, so that the page behind cannot be used in between, and before the effects of the
  // content, which may move the focus.
  const open = useCallback((element: HTMLDialogElement | null) => {
    dialog.current = element;
    if (!element) return;
    before.current = document.activeElement;
    element.showModal();
  }, []);
  useLayoutEffect(() => {
    const element = dialog.current;
    return () => {
      element?.close();
      if (before.current instanceof HTMLElement && before.current.isConnected) before.current.focus();
    };
  }, []);
  return (
    <dialog
      ref={open}
      class={`dialog ${kind}`}
      aria-labelledby={id}
      // Without focus inside it gets no key events: a second Escape in a row would close it without a cancel event.
      closedby={onClose ? 'closerequest' : 'none'}
      onCancel={(event) => {
        event.preventDefault();
        onClose?.();
      }}
      onClick={(event) => event.target === dialog.current && onClose?.()}
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return;
        event.stopPropagation();
        // A second cancel in a row would close it without asking (the browser's rule for close requests).
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
