import { Alert } from '@countersign/ui/alert.tsx';
import { useId, useRef, useState } from 'preact/hooks';
import { Dialog } from '../parts/dialog.tsx';
import type { Question } from './context.ts';
import { quoted, t } from './i18n.ts';

/** Asks for confirmation of an irreversible action; `typed`: the name has to be typed. */
export function Confirm({ question, onAnswer }: { question: Question; onAnswer(isYes: boolean): void }) {
  const { title, text, action, isDanger = false, typed } = question;
  const [isWrong, setWrong] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  const id = useId();
  const answer = (event: Event) => {
    event.preventDefault();
    if (typed !== undefined && input.current?.value.trim() !== typed.trim()) {
      setWrong(true);
      input.current?.select();
      return;
    }
    onAnswer(true);
  };
  return (
    <Dialog title={title} onClose={() => onAnswer(false)}>
      <form onSubmit={answer} novalidate>
        <p class="dialog-text">{text}</p>
        {typed !== undefined && (
          <div class="field">
            <label for={id}>{t('typeToConfirm', { text: quoted(typed) })}</label>
            <input
              ref={input}
              id={id}
              class="input"
              autocomplete="off"
              spellcheck={false}
              aria-invalid={isWrong ? 'true' : undefined}
              aria-describedby={isWrong ? `${id}-error` : undefined}
              onInput={() => setWrong(false)}
            />
            <Alert id={`${id}-error`}>{isWrong && t('typeExactly')}</Alert>
          </div>
        )}
        <div class="dialog-actions">
          <button type="button" class="secondary" onClick={() => onAnswer(false)}>
            {t('cancel')}
          </button>
          <button type="submit" class={isDanger ? 'small-primary danger' : 'small-primary'}>
            {action}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
