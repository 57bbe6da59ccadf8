import { Alert } from '@countersign/ui/alert.tsx';
import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef, useState } from 'preact/hooks';
import { Dialog } from '../parts/dialog.tsx';
import type { Answer, Success } from '../service/client.ts';
import type { Fields } from '../service/conflict.ts';
import { useConsole } from '../shell/context.ts';
import { t } from '../shell/i18n.ts';
import { refusalInWords } from '../shell/refusal.ts';
import { fieldError } from './field-error.ts';
import { type Input, validateInput } from './inputs.ts';
import { InputsList } from './inputs-list.tsx';

export interface FormDialogProps<Body> {
  title: string;
  text?: ComponentChildren;
  inputs: readonly Input[];
  initial: Fields;
  /** Label of the button. */
  action: string;
  send(values: Fields): Promise<Answer<Body>>;
  onDone(done: Success<Body>, values: Fields): void;
  onClose(): void;
  /** A more specific message for a refusal code. */
  inWords?(code: string): string | undefined;
}

/** A short form in a dialog. The dialog shows errors and stays open until the action succeeds. */
export function FormDialog<Body>(props: FormDialogProps<Body>) {
  const { title, text, inputs, initial, action, send, onDone, onClose, inWords } = props;
  const { texts } = useConsole();
  const [values, setValues] = useState(initial);
  const [isTold, setTold] = useState(false);
  const [isBusy, setBusy] = useState(false);
  const [refused, setRefused] = useState<Exclude<Answer, { kind: 'done' }>>();
  const form = useRef<HTMLFormElement>(null);
  const base = useId();
  const first = inputs[0]?.name;
  const focus = (name: string | undefined) =>
    form.current?.querySelector<HTMLElement>(`[id="${base}-${name ?? ''}"]`)?.focus();
  const begun = useRef(first);
  useEffect(() => {
    form.current?.querySelector<HTMLElement>(`[id="${base}-${begun.current ?? ''}"]`)?.focus();
  }, [base]);
  const names = inputs.map(({ name }) => name);
  const blame = fieldError(refused, names, texts);
  const told = (answer: Exclude<Answer, { kind: 'done' }>) =>
    (answer.kind === 'refused' ? inWords?.(answer.code) : undefined) ?? refusalInWords(texts, answer);
  const submit = async (event: Event) => {
    event.preventDefault();
    if (isBusy) return;
    const wrong = inputs.find((input) => validateInput(input, values[input.name]));
    setTold(wrong !== undefined);
    if (wrong) return focus(wrong.name);
    setRefused(undefined);
    setBusy(true);
    const answer = await send(values);
    setBusy(false);
    if (answer.kind === 'done') return onDone(answer, values);
    setRefused(answer);
    focus(fieldError(answer, names, texts)?.name ?? first);
  };
  return (
    <Dialog title={title} onClose={onClose}>
      <form ref={form} onSubmit={submit} novalidate aria-busy={isBusy}>
        {text && <div class="dialog-text">{text}</div>}
        <div class="dialog-fields">
          <InputsList {...{ inputs, values, base, isTold, isBusy }} blame={blame} onChange={setValues} />
        </div>
        <Alert>{refused && blame === undefined && told(refused)}</Alert>
        <div class="dialog-actions">
          <button type="button" class="secondary" onClick={onClose}>
            {t('cancel')}
          </button>
          <button type="submit" class="small-primary" aria-disabled={isBusy}>
            {isBusy ? texts('checking') : action}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
