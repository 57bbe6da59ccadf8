import { useMemo } from 'preact/hooks';
import { FormNotice } from '../parts/form-notice.tsx';
import { createOnceKey, type Success } from '../service/client.ts';
import type { Fields } from '../service/conflict.ts';
import { useConsole } from '../shell/context.ts';
import { t } from '../shell/i18n.ts';
import type { Input } from './inputs.ts';
import { InputsList } from './inputs-list.tsx';
import { useForm } from './use-form.ts';

export interface CreateFormProps<Created> {
  /** The path to post to, below `/v1/`. */
  path: string;
  inputs: readonly Input[];
  initial: Fields;
  button: string;
  /** Builds the request body from the values of the form. */
  bodyOf?(values: Fields): Fields;
  onCreated(created: Success<Created>): void;
  onCancel(): void;
}

/** Creates an object exactly once: a retry after a lost response returns the same object. */
export function CreateForm<Created>(props: CreateFormProps<Created>) {
  const { path, inputs, initial, button, bodyOf, onCreated, onCancel } = props;
  const { client, texts } = useConsole();
  const once = useMemo(() => createOnceKey(() => crypto.randomUUID()), []);
  const { list, isBusy, notice, message, onSubmit } = useForm<Created>({
    inputs,
    initial,
    send(values) {
      const body = bodyOf?.(values) ?? values;
      return client.send('POST', path, body, once(body));
    },
    onDone: onCreated,
  });
  return (
    <form class="panel create" onSubmit={onSubmit} novalidate aria-busy={isBusy}>
      <InputsList {...list} />
      <FormNotice notice={notice} texts={texts}>
        {message}
      </FormNotice>
      <div class="dialog-actions start">
        <button type="submit" class="small-primary" aria-disabled={isBusy}>
          {isBusy ? texts('checking') : button}
        </button>
        <button type="button" class="secondary" onClick={onCancel}>
          {t('cancel')}
        </button>
      </div>
    </form>
  );
}
