import type { ComponentChildren } from 'preact';
import { Dialog } from '../parts/dialog.tsx';
import { FormNotice } from '../parts/form-notice.tsx';
import { useConsole } from '../shell/context.ts';
import { t } from '../shell/i18n.ts';
import { InputsList } from './inputs-list.tsx';
import { type FormOptions, useForm } from './use-form.ts';

export interface FormDialogProps<Body> extends FormOptions<Body> {
  title: string;
  text?: ComponentChildren;
  /** Label of the button. */
  action: string;
  onClose(): void;
  /** A more specific message for a refusal code. */
  messageFor?(code: string): string | undefined;
}

/** A short form in a dialog. The dialog shows errors and stays open until the action succeeds. */
export function FormDialog<Body>(props: FormDialogProps<Body>) {
  const { title, text, action, onClose, messageFor, ...form } = props;
  const { texts } = useConsole();
  const { list, isBusy, notice, message, onSubmit } = useForm<Body>({ ...form, first: form.inputs[0]?.name });
  return (
    <Dialog title={title} onClose={onClose}>
      <form onSubmit={onSubmit} novalidate aria-busy={isBusy}>
        {text && <div class="dialog-text">{text}</div>}
        <div class="dialog-fields">
          <InputsList {...list} />
        </div>
        <FormNotice notice={notice} texts={texts}>
          {message && (messageFor?.(notice?.code ?? '') ?? message)}
        </FormNotice>
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
