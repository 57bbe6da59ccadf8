import type { TargetedSubmitEvent } from 'preact';
import { useState } from 'preact/hooks';
import { useFieldFocus } from '../parts/use-field-focus.ts';
import { useSubmission } from '../parts/use-submission.ts';
import type { Answer, Success } from '../service/client.ts';
import type { Fields } from '../service/conflict.ts';
import type { Notice } from '../service/submission.ts';
import { useConsole } from '../shell/context.ts';
import { noticeText } from '../shell/refusal.ts';
import { fieldError } from './field-error.ts';
import { type Input, validateInput } from './inputs.ts';

export interface InputErrorsOptions {
  inputs: readonly Input[];
  values: Fields;
  /** Why the service refused the values. */
  notice: Notice | undefined;
  /** The input that takes the focus when the form appears, and when a refusal is about none. */
  first?: string | undefined;
}

/** The errors of a form, each at its input, and the focus on the first of them. */
export function useInputErrors({ inputs, values, notice, first }: InputErrorsOptions) {
  const { texts } = useConsole();
  const [isChecked, setChecked] = useState(false);
  const names = inputs.map(({ name }) => name);
  const refused = fieldError(notice, names, texts);
  const { idOf, focus } = useFieldFocus({ first, notice, wrong: refused?.name ?? first });
  return {
    idOf,
    errorOf(input: Input): string | undefined {
      const mistake = isChecked ? validateInput(input, values[input.name]) : undefined;
      return mistake ?? (refused?.name === input.name ? refused.text : undefined);
    },
    /** The refusal, if it is about no input. */
    message: notice && !refused ? noticeText(texts, notice) : undefined,
    /** Shows the errors of these inputs; true if there are none. */
    validate(checked: readonly Input[]): boolean {
      const wrong = checked.find((input) => validateInput(input, values[input.name]));
      setChecked(wrong !== undefined);
      focus(wrong?.name);
      return wrong === undefined;
    },
  };
}

export interface FormOptions<Body> {
  inputs: readonly Input[];
  initial: Fields;
  send(values: Fields): Promise<Answer<Body>>;
  onDone(done: Success<Body>, values: Fields): void;
  first?: string | undefined;
}

/** A form that is sent as a whole. */
export function useForm<Body>({ inputs, initial, send, onDone, first }: FormOptions<Body>) {
  const [values, setValues] = useState(initial);
  const { state, submit } = useSubmission<Fields, Success<Body>>({
    async send(sent) {
      const answer = await send(sent);
      return answer.kind === 'done' ? { kind: 'done', body: answer } : answer;
    },
    onDone,
  });
  const { isBusy, notice } = state;
  const { validate, message, ...errors } = useInputErrors({ inputs, values, notice, first });
  return {
    isBusy,
    notice,
    message,
    list: {
      ...errors,
      inputs,
      values,
      isReadOnly: isBusy,
      onChange: (name: string, value: unknown) => setValues((before) => ({ ...before, [name]: value })),
    },
    onSubmit(event: TargetedSubmitEvent<HTMLFormElement>) {
      event.preventDefault();
      if (!isBusy && validate(inputs)) void submit(values);
    },
  };
}
