import { CircleAlert, CircleCheck, X } from 'lucide';
import { useEffect, useRef, useState } from 'preact/hooks';
import { Icon } from '../parts/icon.tsx';
import type { Note } from './context.ts';
import { t } from './i18n.ts';

export interface Toast extends Note {
  id: number;
}

/** Long enough to read and to reach the button; it stays while it has the focus or the pointer. */
const SHOWN_MS = 12_000;

export interface ToastsProps {
  toasts: readonly Toast[];
  onGone(id: number): void;
  notify(note: Note): void;
}

/** Notifications, announced politely and removed after a while. */
export function Toasts({ toasts, onGone, notify }: ToastsProps) {
  return (
    <div class="toasts" role="status">
      {toasts.map((toast) => (
        <OneToast key={toast.id} toast={toast} onGone={() => onGone(toast.id)} notify={notify} />
      ))}
    </div>
  );
}

function OneToast({ toast, onGone, notify }: { toast: Toast; onGone(): void; notify(note: Note): void }) {
  const { text, isBad = false, undo } = toast;
  const [isHeld, setHeld] = useState(false);
  const gone = useRef(onGone);
  gone.current = onGone;
  useEffect(() => {
    if (isHeld) return;
    const timer = setTimeout(() => gone.current(), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [isHeld]);
  const takeBack = async () => {
    onGone();
    const wrong = await undo?.();
    notify(wrong === undefined ? { text: t('undone') } : { text: t('notUndone', { reason: wrong }), isBad: true });
  };
  return (
    <fieldset
      class={isBad ? 'toast bad' : 'toast'}
      aria-label={text}
      onMouseEnter={() => setHeld(true)}
      onMouseLeave={() => setHeld(false)}
      onFocusIn={() => setHeld(true)}
      onFocusOut={() => setHeld(false)}
    >
      <Icon node={isBad ? CircleAlert : CircleCheck} />
      <p>{text}</p>
      {undo && (
        <button type="button" class="quiet" onClick={takeBack}>
          {t('undo')}
        </button>
      )}
      <button type="button" class="quiet square" aria-label={t('close')} onClick={onGone}>
        <Icon node={X} size={16} />
      </button>
    </fieldset>
  );
}
