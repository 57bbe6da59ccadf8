import { SubmitButton } from '@countersign/ui/button.tsx';
import type { ComponentChildren, TargetedSubmitEvent } from 'preact';
import { useState } from 'preact/hooks';
import { refusalText, type TextKey, type Texts } from '../i18n/texts.ts';
import type { SubmissionParts, SubmissionState } from '../service/submission.ts';
import { checkValues, fieldsOf } from './check-values.ts';
import { Field, type FieldSpec } from './field.tsx';
import { FormNotice } from './form-notice.tsx';
import { useFieldFocus } from './use-field-focus.ts';
import { useLeftMs, useSubmission } from './use-submission.ts';

export type Values = Record<string, string>;

export interface FormProps {
  fields: readonly FieldSpec[];
  button: string;
  texts: Texts;
  sending: SubmissionState;
  onSubmit(values: Values): void;
  /** Whether the first field takes the focus: true after the user navigated. */
  isNext?: boolean;
  /** The user name that belongs to the password, for password managers. */
  username?: string | undefined;
  /** Shown between the fields and the button. */
  children?: ComponentChildren;
  onCancel?: () => void;
}

/** Fields and a button. Keeps the typed values and shows errors at their fields. */
export function Form(props: FormProps) {
  const { fields, button, texts, sending, username, onSubmit, isNext = false, children, onCancel } = props;
  const { isBusy, notice } = sending;
  const [mistakes, setMistakes] = useState<Record<string, TextKey>>({});
  const leftMs = useLeftMs(notice?.wait);
  const wrong = notice ? fieldsOf(fields, notice) : [];
  const text = notice && refusalText(texts, notice.code, notice.flaw);
  // Not on touch devices: the keyboard would cover the text.
  const hasFocus = isNext && !matchMedia('(pointer: coarse)').matches;
  const { idOf, focus } = useFieldFocus({
    first: hasFocus ? fields[0]?.name : undefined,
    notice,
    wrong: wrong[0],
    isSelecting: true,
  });
  const errorOf = (name: string): string | undefined => {
    const mistake = mistakes[name];
    if (mistake) return texts(mistake);
    if (!wrong.includes(name)) return undefined;
    return notice?.code === 'INPUT_INVALID' ? texts('notTaken') : text;
  };
  const submit = (event: TargetedSubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (isBusy || leftMs > 0) return;
    const typed = new FormData(event.currentTarget);
    const checked = checkValues(fields, (name) => String(typed.get(name)));
    setMistakes(checked.mistakes);
    const [mistaken] = Object.keys(checked.mistakes);
    if (mistaken === undefined) onSubmit(checked.values);
    else focus(mistaken);
  };

  return (
    <form onSubmit={submit} novalidate aria-busy={isBusy}>
      {username !== undefined && (
        <input class="unseen" autocomplete="username" value={username} readOnly tabIndex={-1} aria-hidden="true" />
      )}
      {fields.map((spec) => (
        <Field
          key={`${spec.name}-${spec.kind}`}
          spec={spec}
          id={idOf(spec.name)}
          error={errorOf(spec.name)}
          readOnly={isBusy}
          texts={texts}
        />
      ))}
      {children}
      <FormNotice notice={notice} texts={texts}>
        {wrong.length === 0 && text}
      </FormNotice>
      <div class="actions">
        <SubmitButton isBusy={isBusy} isIdle={isBusy || leftMs > 0}>
          {isBusy ? texts('checking') : button}
        </SubmitButton>
        {onCancel && (
          <button type="button" class="secondary" onClick={onCancel}>
            {texts('cancel')}
          </button>
        )}
      </div>
      <p class="unseen" role="status">
        {isBusy && texts('checking')}
      </p>
    </form>
  );
}

export interface SendingFormProps<Body> extends Omit<FormProps, 'sending' | 'onSubmit'> {
  send: SubmissionParts<Values, Body>['send'];
  onDone(body: Body, sent: Values): void;
  onRefused?: SubmissionParts<Values, Body>['onRefused'];
}

/** A form that sends itself to the service. */
export function SendingForm<Body>({ send, onDone, onRefused, ...form }: SendingFormProps<Body>) {
  const { state, submit } = useSubmission({ send, onDone, ...(onRefused && { onRefused }) });
  return <Form {...form} sending={state} onSubmit={submit} />;
}
